import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { metricKey } from "../../../local/metrics/metric-key";
import { MetricStore } from "../../../local/metrics/metric-store";
import { TableMetrics } from "../../../local/metrics/table-metrics";
import { pipelineMetrics } from "../../../pipeline/metrics";
import { pipelineNames } from "../../../pipeline/names";

const names = pipelineNames("my-stack");
const { tableBucketSize, tableBucketObjects } = pipelineMetrics(names);
const now = Date.parse("2026-01-01T12:00:00Z");
let folder: string;
let store: MetricStore;
let metrics: TableMetrics;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "table-metrics-test-"));
  store = new MetricStore();
  metrics = new TableMetrics(names, folder, store);
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const today = (key: string) => store.sets(key, 86_400).map(({ sum, sampleCount }) => [sum, sampleCount]);

it("measures all files of the table, once a day with the newest value", async () => {
  mkdirSync(join(folder, "data"));
  writeFileSync(join(folder, "data", "a.parquet"), Buffer.alloc(100));
  await metrics.measure(now);
  writeFileSync(join(folder, "version-hint.text"), "12345");
  await metrics.measure(now + 1_000);

  expect(today(metricKey(tableBucketSize))).toEqual([[105, 1]]);
  expect(today(metricKey(tableBucketObjects))).toEqual([[2, 1]]);
});

it("has no data while there is no table", async () => {
  await new TableMetrics(names, join(folder, "none"), store).measure(now);
  expect(today(metricKey(tableBucketSize))).toEqual([]);
});

it("counts what compaction merged, under the table's own name", () => {
  metrics.recordMaintenance({ compactedFiles: 8, compactedBytes: 4_096 }, now);
  metrics.recordMaintenance({ compactedFiles: 0, compactedBytes: 0 }, now);
  const key = (name: string) =>
    metricKey({
      namespace: "AWS/S3/Tables",
      name,
      dimensions: {
        TableBucketName: "my-stack",
        TableName: "my_stack",
        Namespace: "my_stack",
        MaintenanceActivityType: "Compaction",
      },
    });
  expect(today(key("CompactionObjectsCount_binpack"))).toEqual([[8, 1]]);
  expect(today(key("CompactionBytesProcessed_binpack"))).toEqual([[4_096, 1]]);
});

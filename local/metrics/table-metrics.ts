import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { pipelineMetrics, type Metric } from "../../pipeline/metrics";
import type { PipelineNames } from "../../pipeline/names";
import type { MaintenanceReport } from "../iceberg/maintenance";
import type { MetricStore } from "./metric-store";

/** What S3 Tables reports of a table bucket and its maintenance, measured on the local disk. */
export class TableMetrics {
  private readonly size: Metric;
  private readonly objects: Metric;
  private readonly compactedObjects: Metric;

  /** @param location the table's folder */
  constructor(
    names: PipelineNames,
    private readonly location: string,
    private readonly store: MetricStore,
  ) {
    const { tableBucketSize, tableBucketObjects } = pipelineMetrics(names);
    this.size = tableBucketSize;
    this.objects = tableBucketObjects;
    this.compactedObjects = {
      namespace: tableBucketSize.namespace,
      name: "CompactionObjectsCount_binpack",
      dimensions: {
        TableBucketName: names.tableBucket,
        TableName: names.table,
        Namespace: names.namespace,
        MaintenanceActivityType: "Compaction",
      },
    };
  }

  /** One datapoint a day, as in AWS; here today's follows the table while the day lasts. */
  async measure(nowMs: number): Promise<void> {
    const { bytes, files } = await folderSize(this.location);
    if (files === 0) return;
    this.store.set(this.size, bytes, nowMs);
    this.store.set(this.objects, files, nowMs);
  }

  recordMaintenance({ compactedFiles }: Pick<MaintenanceReport, "compactedFiles">, nowMs: number): void {
    const { namespace, name, dimensions } = this.compactedObjects;
    if (compactedFiles > 0) this.store.record(namespace, name, dimensions, compactedFiles, nowMs);
  }
}

async function folderSize(folder: string): Promise<{ readonly bytes: number; readonly files: number }> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const sizes = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      // A file may be removed between the two looks.
      .map((entry) => stat(join(entry.parentPath, entry.name)).catch(() => undefined)),
  );
  const present = sizes.filter((found) => found !== undefined);
  return { bytes: present.reduce((sum, { size }) => sum + size, 0), files: present.length };
}

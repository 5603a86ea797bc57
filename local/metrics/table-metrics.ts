import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { pipelineMetrics, type Metric, type PipelineMetrics } from "../../pipeline/metrics";
import type { PipelineNames } from "../../pipeline/names";
import type { MaintenanceReport } from "../iceberg/maintenance";
import type { MetricStore } from "./metric-store";

/** What S3 Tables reports of a table bucket and its maintenance, measured on the local disk. */
export class TableMetrics {
  private readonly metrics: PipelineMetrics;

  /** @param location the table's folder */
  constructor(
    names: PipelineNames,
    private readonly location: string,
    private readonly store: MetricStore,
  ) {
    this.metrics = pipelineMetrics(names);
  }

  /** One datapoint a day, as in AWS; here today's follows the table while the day lasts. */
  async measure(nowMs: number): Promise<void> {
    const { bytes, files } = await folderSize(this.location);
    if (files === 0) return;
    this.store.set(this.metrics.tableBucketSize, bytes, nowMs);
    this.store.set(this.metrics.tableBucketObjects, files, nowMs);
  }

  recordMaintenance(
    { compactedFiles, compactedBytes }: Pick<MaintenanceReport, "compactedFiles" | "compactedBytes">,
    nowMs: number,
  ): void {
    if (compactedFiles === 0) return;
    this.record(this.metrics.compactedObjects, compactedFiles, nowMs);
    this.record(this.metrics.compactedBytes, compactedBytes, nowMs);
  }

  private record({ namespace, name, dimensions }: Metric, value: number, nowMs: number): void {
    this.store.record(namespace, name, dimensions, value, nowMs);
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

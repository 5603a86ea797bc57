import { compact, type Compaction } from "./compaction";
import type { ParquetWriter } from "./parquet-writer";
import { expireSnapshots } from "./snapshot-expiry";
import type { IcebergTable } from "./table";
import { removeUnreferencedFiles, type RemovedFiles } from "./unreferenced-files";

const mebibyte = 1024 * 1024;
const hourMs = 60 * 60 * 1000;
const dayMs = 24 * hourMs;

export interface MaintenanceSettings {
  /** Size that compaction aims at; files of three quarters of it are left alone. */
  readonly targetFileSizeBytes: number;
  /** Files of about the same size that are merged at once. */
  readonly minimumInputFiles: number;
  /** Snapshots that are kept whatever their age. */
  readonly minimumSnapshots: number;
  readonly maximumSnapshotAgeMs: number;
  /** Snapshots that are kept at most, however young. */
  readonly maximumSnapshots: number;
  /** Age from which a file that no snapshot refers to is removed. */
  readonly unreferencedFileAgeMs: number;
}

/**
 * What S3 Tables does to a table by default.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-tables-maintenance.html
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-table-buckets-maintenance.html
 *
 * Three things are ours. S3 does not say how many files it merges at once. S3 bounds snapshots by age alone; here every
 * commit writes all that are retained to the local disk, so their number is bounded too: commit number 1,000 would
 * otherwise take twice as long as commit number 10. And S3 keeps an unreferenced file, out of sight, for another ten days
 * (`nonCurrentDays`), in which only AWS Support can bring it back; here it is removed at once.
 */
export const s3TablesMaintenance: MaintenanceSettings = {
  targetFileSizeBytes: 512 * mebibyte,
  minimumInputFiles: 8,
  minimumSnapshots: 1,
  maximumSnapshotAgeMs: 120 * hourMs,
  maximumSnapshots: 150,
  unreferencedFileAgeMs: 3 * dayMs,
};

export interface MaintenanceReport extends Compaction, RemovedFiles {
  readonly expiredSnapshots: number;
}

/**
 * Merges small files, expires snapshots and removes files that nothing refers to, in this order. The table can be read
 * and written all the while; where a commit of this conflicts with others, they go first and the rest is left to the
 * next time. Times are those of the table's clock.
 */
export async function maintain(
  table: IcebergTable,
  writer: ParquetWriter,
  changes: Partial<MaintenanceSettings> = {},
): Promise<MaintenanceReport> {
  const settings = { ...s3TablesMaintenance, ...changes };
  await table.refresh();
  const compaction = await compact(table, writer, settings);
  const expiredSnapshots = await expireSnapshots(table, settings);
  const removed = await removeUnreferencedFiles(table, settings);
  return { ...compaction, expiredSnapshots, ...removed };
}

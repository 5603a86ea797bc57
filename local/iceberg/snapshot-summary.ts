import type { DataFile } from "./data-file";
import type { SnapshotOperation } from "./snapshot";
import type { SnapshotJson } from "./table-metadata";

/** The delivery that an append came from; the snapshot's summary is where streaming writers keep theirs. */
export const deliveryIdKey = "delivery-id";

/**
 * Counts of a snapshot, under the names that engines show.
 * https://iceberg.apache.org/spec/#optional-snapshot-summary-fields (Appendix F)
 */
export function snapshotSummary(
  operation: SnapshotOperation,
  parent: SnapshotJson | undefined,
  added: readonly DataFile[],
  deleted: readonly DataFile[],
  extra: Readonly<Record<string, string>> = {},
): SnapshotJson["summary"] {
  const summary: Record<string, string> = { ...extra };
  const put = (verb: string, files: readonly DataFile[]) => {
    if (files.length === 0) return;
    summary[`${verb}-data-files`] = String(files.length);
    summary[`${verb}-records`] = String(countRecords(files));
    summary[verb === "added" ? "added-files-size" : "removed-files-size"] = String(countBytes(files));
  };
  put("added", added);
  put("deleted", deleted);
  const total = (name: string, difference: number) => {
    const before = parent === undefined ? 0 : Number(parent.summary[name]);
    // A parent of another engine may lack totals; then ours would be wrong too.
    if (Number.isSafeInteger(before)) summary[name] = String(before + difference);
  };
  total("total-data-files", added.length - deleted.length);
  total("total-records", countRecords(added) - countRecords(deleted));
  total("total-files-size", countBytes(added) - countBytes(deleted));
  return { ...summary, operation };
}

export function countRecords(files: readonly DataFile[]): number {
  return files.reduce((records, file) => records + file.recordCount, 0);
}

export function countBytes(files: readonly DataFile[]): number {
  return files.reduce((bytes, file) => bytes + file.fileSizeBytes, 0);
}

import type { MaintenanceSettings } from "./maintenance";
import type { Snapshot } from "./snapshot";
import type { IcebergTable } from "./table";

type ExpirySettings = Pick<
  MaintenanceSettings,
  "minimumSnapshots" | "maximumSnapshots" | "maximumSnapshotAgeMs"
>;

/** Returns how many snapshots have left the table. */
export function expireSnapshots(table: IcebergTable, settings: ExpirySettings): Promise<number> {
  return table.expireSnapshots((retained) => expiredSnapshots(retained, settings, table.io.now()));
}

/**
 * The snapshots that are too old, or too many.
 * https://iceberg.apache.org/spec/#snapshot-retention-policy
 *
 * @param retained oldest first.
 */
export function expiredSnapshots(
  retained: readonly Snapshot[],
  { minimumSnapshots, maximumSnapshots, maximumSnapshotAgeMs }: ExpirySettings,
  nowMs: number,
): number[] {
  return retained
    .filter(({ timestampMs }, index) => {
      const newer = retained.length - 1 - index;
      const old = nowMs - timestampMs > maximumSnapshotAgeMs;
      return newer >= minimumSnapshots && (old || newer >= maximumSnapshots);
    })
    .map(({ snapshotId }) => snapshotId);
}

/** What a snapshot did. https://iceberg.apache.org/spec/#snapshots */
export type SnapshotOperation = "append" | "replace" | "overwrite" | "delete";

/** One state of the table. */
export interface Snapshot {
  readonly snapshotId: number;
  readonly parentSnapshotId?: number;
  readonly sequenceNumber: number;
  /** Milliseconds since the Unix epoch. Never before that of an earlier snapshot. */
  readonly timestampMs: number;
  readonly operation: SnapshotOperation;
  /** Counts as decimal text (`added-records`, `total-records` ...), without the operation. */
  readonly summary: Readonly<Record<string, string>>;
}

import { UserError } from "../cli/user-error";
import { SnapshotNotFoundError, TableNotFoundError } from "../iceberg/errors";
import type { Snapshot } from "../iceberg/snapshot";
import { IcebergTable } from "../iceberg/table";
import type { TableContents } from "./session-setup";

/** Which state of the table is asked: the current one, one by its id, or the one that was current at a time. */
export type Moment =
  { readonly snapshotId?: number; readonly asOfMs?: undefined } | { readonly asOfMs: number };

/**
 * What the table at a location holds at a moment. Its columns are today's: one that was added later is null.
 *
 * @throws UserError when there is no table yet, or no such snapshot in it
 */
export async function openTable(location: string, moment: Moment = {}): Promise<TableContents> {
  const table = await IcebergTable.open(location).catch((error: unknown) => {
    if (!(error instanceof TableNotFoundError)) throw error;
    throw new UserError(`There is no table at ${location} yet. \`npm start\` makes one and fills it.`);
  });
  const files = await table.dataFiles(snapshotIdAt(table, moment)).catch((error: unknown) => {
    if (!(error instanceof SnapshotNotFoundError)) throw error;
    throw new UserError(`${error.message} SELECT * FROM "...$snapshots" lists them.`);
  });
  return {
    columns: table.columns,
    files: files.map(({ path }) => path),
    snapshots: table.snapshots(),
  };
}

function snapshotIdAt(table: IcebergTable, moment: Moment): number | undefined {
  if (moment.asOfMs === undefined) return moment.snapshotId;
  const snapshot = table.snapshotAsOf(moment.asOfMs);
  if (snapshot) return snapshot.snapshotId;
  throw new UserError(
    `The table has no snapshot from before ${time(moment.asOfMs)}. ${retained(table.snapshots())}`,
  );
}

function retained(snapshots: readonly Snapshot[]): string {
  const [oldest] = snapshots;
  const newest = snapshots.at(-1);
  if (!oldest || !newest) return "It is empty.";
  return `Its snapshots are from ${time(oldest.timestampMs)} to ${time(newest.timestampMs)}.`;
}

const time = (milliseconds: number) => new Date(milliseconds).toISOString();

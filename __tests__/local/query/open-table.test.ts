import { join } from "node:path";
import { openTable } from "../../../local/query/open-table";
import { IcebergTable } from "../../../local/iceberg/table";
import { warehouse } from "../../../local/warehouse";
import { sensorReadingColumns, type Column } from "../../../pipeline/sensor-reading";
import { closeSessions, names, openSession, rowsOf, temporaryDirectory } from "./parquet-fixture";
import { commitReadings, readings, start } from "./readings-fixture";

const directory = temporaryDirectory();
const store = warehouse(join(directory, "store"), names);
const minute = 60_000;
let table: IcebergTable;

beforeAll(async () => {
  table = await commitReadings(store, [readings(10), readings(20, { from: 10 }), readings(30, { from: 30 })]);
});

afterEach(closeSessions);

async function countAt(moment?: Parameters<typeof openTable>[1]): Promise<unknown> {
  const session = await openSession(await openTable(store.tableLocation, moment));
  return rowsOf(session, `SELECT count(*), count(pressure) FROM ${names.table}`);
}

test("without a moment it is the table of now", async () => {
  expect(await countAt()).toEqual([[60, 60]]);
});

test.each([
  ["the first", 0, 10],
  ["the second", 1, 30],
  ["the last", 2, 60],
])("with the id of %s snapshot it is the table of then", async (_which, index, rows) => {
  const snapshotId = table.snapshots()[index]?.snapshotId ?? 0;

  expect(await countAt({ snapshotId })).toEqual([[rows, rows]]);
});

test.each([
  ["the instant of the first commit", start, 10],
  ["a moment before the second", start + minute - 1, 10],
  ["the instant of the second", start + minute, 30],
  ["long after the last", start + 100 * minute, 60],
])("as of %s it is the table of then", async (_when, asOfMs, rows) => {
  expect(await countAt({ asOfMs })).toEqual([[rows, rows]]);
});

test("its snapshots are listed whichever is asked", async () => {
  const [first] = table.snapshots();

  const { snapshots } = await openTable(store.tableLocation, { snapshotId: first?.snapshotId });

  expect(snapshots).toHaveLength(3);
});

test("a column that was added later is null in older rows", async () => {
  const extended = warehouse(join(directory, "extended"), names);
  await commitReadings(extended, [readings(5)]);
  const added: Column = { name: "indoors", type: "boolean", required: false, meaning: "Under a roof" };
  await IcebergTable.openOrCreate(extended.tableLocation, [...sensorReadingColumns, added]);
  const session = await openSession(await openTable(extended.tableLocation));

  expect(await rowsOf(session, `SELECT count(*), count(indoors) FROM ${names.table}`)).toEqual([[5, 0]]);
});

test("an empty table has no rows", async () => {
  const empty = warehouse(join(directory, "empty"), names);
  await IcebergTable.openOrCreate(empty.tableLocation, sensorReadingColumns);
  const session = await openSession(await openTable(empty.tableLocation));

  expect(await rowsOf(session, `SELECT * FROM ${names.table}`)).toEqual([]);
});

test("rejects a place without a table, and says how to make one", async () => {
  const nowhere = warehouse(join(directory, "nowhere"), names);

  await expect(openTable(nowhere.tableLocation)).rejects.toThrow("npm start");
});

test("rejects a snapshot that is not there, and says which are", async () => {
  const [first] = table.snapshots();

  await expect(openTable(store.tableLocation, { snapshotId: 12345 })).rejects.toThrow(
    String(first?.snapshotId),
  );
});

test("rejects a time before the first snapshot, and says when that was", async () => {
  await expect(openTable(store.tableLocation, { asOfMs: start - 1 })).rejects.toThrow(
    "2026-01-01T00:00:00.000Z",
  );
});

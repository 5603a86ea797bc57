import { parquetMetadata } from "hyparquet";
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ReadReply, ReadRequest } from "./icebird-process";
import { maintain } from "../../../local/iceberg/maintenance";
import { ParquetWriter } from "../../../local/iceberg/parquet-writer";
import { IcebergTable } from "../../../local/iceberg/table";
import {
  columns,
  frozenIo,
  hourMs,
  ndjson,
  newTable,
  rows,
  startMs,
  temporaryDirectory,
  type Row,
} from "./table-fixture";

// icebird and hyparquet share no code with the writer. Readers forgive wrong field ids and record counts, so both are
// compared with the Parquet footers as well.

const directory = temporaryDirectory();
let writer: ParquetWriter;
let icebird: ChildProcess;

beforeAll(async () => {
  writer = await ParquetWriter.open();
  icebird = fork(join(__dirname, "icebird-process.ts"), {
    execArgv: ["--import", "tsx"],
    serialization: "advanced",
  });
});
afterAll(() => {
  writer.close();
  icebird.disconnect();
});

async function append(table: IcebergTable, values: readonly object[]) {
  return table.append([await writer.write(ndjson(directory, values), table)]);
}

/** Every row of the current snapshot, or of another, as icebird reads them, by id. */
async function read({ location }: IcebergTable, snapshotId?: number): Promise<Row[]> {
  const request: ReadRequest = { location, ...(snapshotId === undefined ? {} : { snapshotId }) };
  const answered = once(icebird, "message") as Promise<[ReadReply]>;
  icebird.send(request);
  const [reply] = await answered;
  if ("error" in reply) throw new Error(reply.error);
  const rowsById = reply.rows.map((row) => ({ ...row, id: Number(row.id) }) as Row);
  return rowsById.sort((a, b) => Number(a.id) - Number(b.id));
}

async function expectFootersToAgree(table: IcebergTable): Promise<void> {
  for (const file of await table.dataFiles()) {
    const bytes = readFileSync(file.path);
    const { num_rows, schema } = parquetMetadata(new Uint8Array(bytes).buffer);
    expect(Number(num_rows)).toBe(file.recordCount);
    expect(bytes.length).toBe(file.fileSizeBytes);
    for (const { name, field_id } of schema.slice(1)) {
      expect(table.columns.find(({ fieldId }) => fieldId === field_id)?.name).toBe(name);
    }
  }
}

test("reads every row of every append", async () => {
  const table = await newTable(directory);
  for (let count = 0; count < 20; count++) await append(table, rows(50, count * 50));

  expect(await read(table)).toEqual(rows(1000));
  await expectFootersToAgree(table);
});

test("reads texts and numbers of every kind unchanged", async () => {
  const table = await newTable(directory);
  const values: Row[] = [
    "",
    "žluťoučký kůň",
    "😀 \u{10ffff}",
    `"quotes" and 'apostrophes'`,
    "line\nbreak\ttab\\",
    "nul \u0000 inside",
    "'; DROP TABLE readings; --",
    "\u202eright to left",
    "x".repeat(20_000),
  ].map((name, id) => ({ id, name, level: [5e-324, -0.1, 1.7976931348623157e308][id % 3]!, open: id > 3 }));
  values.push({ id: 99, name: null, level: null, open: null });
  await append(table, values);

  const found = (await read(table)).map((row) =>
    Object.fromEntries(Object.entries(row).map(([key, value]) => [key, (value as unknown) ?? null])),
  );

  expect(found).toEqual(values);
});

test("reads an added column as null in files that are older than it", async () => {
  const table = await newTable(directory);
  await append(table, rows(2));
  const evolved = await IcebergTable.openOrCreate(table.location, [
    ...columns,
    { name: "extra", type: "string", required: false, meaning: "Added later" },
  ]);
  await append(evolved, [{ id: 2, extra: "new" }]);

  const found = await read(evolved);

  expect(found.map((row) => (row as Row & { extra?: string }).extra ?? null)).toEqual([null, null, "new"]);
  expect(found.map(({ name }) => name ?? null)).toEqual(["row 0", "row 1", null]);
  await expectFootersToAgree(evolved);
});

test("reads earlier snapshots, and the same rows after compaction and expiry", async () => {
  const io = frozenIo();
  const table = await newTable(directory, io);
  for (let count = 0; count < 12; count++) {
    io.time = startMs + count * hourMs;
    await append(table, rows(10, count * 10));
  }
  const [first] = table.snapshots();
  const middle = table.snapshots()[6]!;
  expect(await read(table, first!.snapshotId)).toEqual(rows(10));
  expect(await read(table, middle.snapshotId)).toEqual(rows(70));

  const report = await maintain(table, writer, { maximumSnapshotAgeMs: 4.5 * hourMs });

  expect(report).toMatchObject({ compactedFiles: 12, compactedInto: 1, expiredSnapshots: 7 });
  expect(await table.dataFiles()).toHaveLength(1);
  expect(await read(table)).toEqual(rows(120));
  expect(await read(table, table.snapshots()[0]!.snapshotId)).toEqual(rows(80));
  await expectFootersToAgree(table);
});

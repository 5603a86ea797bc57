import { join } from "node:path";
import { maintain } from "../../../local/iceberg/maintenance";
import { ParquetWriter } from "../../../local/iceberg/parquet-writer";
import type { IcebergTable } from "../../../local/iceberg/table";
import { TableView } from "../../../local/page/table-view";
import { pipelineNames } from "../../../pipeline/names";
import { sensorReadingColumns } from "../../../pipeline/sensor-reading";
import { ndjson, newTable, temporaryDirectory } from "../iceberg/table-fixture";

const directory = temporaryDirectory();
const earliest = 1_800_000_000;
let writer: ParquetWriter;

beforeAll(async () => {
  writer = await ParquetWriter.open();
});
afterAll(() => {
  writer.close();
});

async function append(table: IcebergTable, readings: readonly object[]): Promise<string> {
  const file = await writer.write(ndjson(directory, readings), table);
  await table.append([file]);
  return file.path;
}

/** Varied enough that the file is of another size tier than that of one reading. */
const bulk = (from: number) =>
  Array.from({ length: 500 }, (_, index) => ({
    sensor_id: "bulk",
    timestamp: from + index,
    temperature: Math.sin(from + index),
    humidity: Math.cos(from + index),
  }));

async function contents(table: IcebergTable) {
  const { latest, files } = await new TableView(pipelineNames("test-stack"), table).snapshotContents();
  return {
    sensors: latest.rows.map(([sensor]) => sensor),
    times: latest.rows.map((row) => row[1]),
    files: files.map(({ path }) => join(table.location, path)),
  };
}

/** Nine deliveries of a size, and two of one reading. */
async function delivered(singles: (index: number) => object) {
  const table = await newTable(directory, {}, sensorReadingColumns);
  for (let count = 0; count < 9; count++) await append(table, bulk(earliest + count * 500));
  const first = await append(table, [singles(1)]);
  const second = await append(table, [singles(2)]);
  return { table, first, second };
}

it("has the newest rows and files first after compaction too", async () => {
  const { table, first, second } = await delivered((index) => ({
    sensor_id: `newest-${index}`,
    timestamp: 1_900_000_000 + index,
  }));
  const before = await contents(table);

  const { compactedFiles } = await maintain(table, writer);

  const after = await contents(table);
  expect(compactedFiles).toBe(9);
  expect(after.files).toEqual([second, first, expect.any(String)]);
  expect(before.files.slice(0, 2)).toEqual([second, first]);
  expect(after.sensors.slice(0, 3)).toEqual(["newest-2", "newest-1", "bulk"]);
  expect(after.times[2]).toBe(earliest + 9 * 500 - 1);
  expect(after.times).toEqual(before.times);
  expect(after.times).toHaveLength(20);
});

it("finds the newest rows wherever they lie when old readings arrive last", async () => {
  const { table, second } = await delivered((index) => ({ sensor_id: "late", timestamp: earliest - index }));
  const late = await append(table, bulk(earliest - 10_000));

  const { files, times } = await contents(table);

  expect(files.slice(0, 2)).toEqual([late, second]);
  expect(times).toEqual(Array.from({ length: 20 }, (_, index) => earliest + 9 * 500 - 1 - index));
});

it("shows readings without a time last", async () => {
  const table = await newTable(directory, {}, sensorReadingColumns);
  await append(table, [{ sensor_id: "timed", timestamp: earliest }]);
  await append(table, [{ sensor_id: "timeless" }]);

  expect((await contents(table)).sensors).toEqual(["timed", "timeless"]);
});

it("shows as many rows as there are in small files", async () => {
  const table = await newTable(directory, {}, sensorReadingColumns);
  for (let count = 0; count < 25; count++)
    await append(table, [{ sensor_id: String(count), timestamp: earliest + ((count * 7) % 25) }]);

  expect((await contents(table)).times).toEqual(
    Array.from({ length: 20 }, (_, index) => earliest + 24 - index),
  );
});

import { mkdirSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { parquetMetadata, type FileMetaData } from "hyparquet";
import type { DataFile } from "../../../local/iceberg/data-file";
import { ParquetWriteError } from "../../../local/iceberg/errors";
import { ParquetWriter } from "../../../local/iceberg/parquet-writer";
import { IcebergTable } from "../../../local/iceberg/table";
import { sensorReadingColumns, type Column } from "../../../pipeline/sensor-reading";
import {
  columns,
  frozenIo,
  ndjson,
  ndjsonText,
  newTable,
  rows,
  startMs,
  temporaryDirectory,
} from "./table-fixture";

const directory = temporaryDirectory();
let writer: ParquetWriter;

beforeAll(async () => {
  writer = await ParquetWriter.open();
});
afterAll(() => {
  writer.close();
});

function footer({ path }: DataFile): FileMetaData {
  const bytes = readFileSync(path);
  return parquetMetadata(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

function column(name: string, type: Column["type"], required = false): Column {
  return { name, type, required, meaning: `The ${name}` };
}

function bounds(file: DataFile, fieldId: number): (Buffer | undefined)[] {
  return [file.columns.lowerBounds.get(fieldId), file.columns.upperBounds.get(fieldId)];
}

function long(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(value);
  return bytes;
}

function double(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes;
}

describe("write", () => {
  test("writes a file whose footer says what the manifest will say", async () => {
    const table = await newTable(directory);

    const file = await writer.write(ndjson(directory, rows(1000)), table);

    const { schema, num_rows, row_groups, key_value_metadata } = footer(file);
    expect(file.path).toBe(join(table.location, "data", "00000000-0000-4000-8000-000000000002.parquet"));
    expect(Number(num_rows)).toBe(1000);
    expect(file).toMatchObject({ recordCount: 1000, fileSizeBytes: statSync(file.path).size });
    expect(schema.slice(1).map(({ name, field_id }) => [name, field_id])).toEqual(
      table.columns.map(({ name, fieldId }) => [name, fieldId]),
    );
    expect(schema.slice(1).map(({ type }) => type)).toEqual(["INT64", "BYTE_ARRAY", "DOUBLE", "BOOLEAN"]);
    for (const chunk of row_groups.flatMap((group) => group.columns))
      expect(chunk.meta_data!.codec).toBe("ZSTD");
    const iceberg = key_value_metadata!.find(({ key }) => key === "iceberg.schema")!;
    expect(JSON.parse(iceberg.value!)).toMatchObject({
      "schema-id": 0,
      fields: [{ id: 1, name: "id" }, {}, {}, {}],
    });
  });

  test("dates the file by the table's clock", async () => {
    const table = await newTable(directory);

    const { path } = await writer.write(ndjson(directory, rows(1)), table);

    expect(statSync(path).mtimeMs).toBe(startMs);
  });

  test("counts values and nulls, and finds bounds, by field id", async () => {
    const table = await newTable(directory);
    const values = [
      { id: 3, name: "b", level: -1.5, open: true },
      { id: -7, name: "a", level: 2.25, open: true },
      { id: null, name: "ž".repeat(20), level: null },
    ];

    const { columns: metrics } = await writer.write(ndjson(directory, values), table);

    expect([...metrics.valueCounts]).toEqual([1, 2, 3, 4].map((id) => [id, 3]));
    expect([...metrics.nullValueCounts]).toEqual([
      [1, 1],
      [2, 0],
      [3, 1],
      [4, 1],
    ]);
    expect([...metrics.nanValueCounts]).toEqual([[3, 0]]);
    expect([...metrics.sizes.keys()]).toEqual([1, 2, 3, 4]);
    expect([...metrics.lowerBounds]).toEqual([
      [1, long(-7n)],
      [2, Buffer.from("a")],
      [3, double(-1.5)],
      [4, Buffer.from([1])],
    ]);
    expect([...metrics.upperBounds]).toEqual([
      [1, long(3n)],
      [2, Buffer.from("ž".repeat(15) + "ſ")],
      [3, double(2.25)],
      [4, Buffer.from([1])],
    ]);
  });

  test("has no bounds for a column of nulls", async () => {
    const table = await newTable(directory);

    const file = await writer.write(ndjson(directory, [{ id: 1 }]), table);

    expect(bounds(file, 2)).toEqual([undefined, undefined]);
    expect(file.columns.nullValueCounts.get(2)).toBe(1);
  });

  test("encloses texts that are too long for Parquet's own statistics, in every row group", async () => {
    const table = await newTable(directory);
    const longest = "z".repeat(20_000);
    const values = [{ name: longest }, ...Array.from({ length: 130_000 }, () => ({ name: "m" }))];

    const file = await writer.write(ndjson(directory, values), table);

    const [lower, upper] = bounds(file, 2);
    expect(footer(file).row_groups.length).toBeGreaterThan(1);
    expect((lower ?? "").toString() <= "m").toBe(true);
    expect((upper ?? "\u{10ffff}").toString() > longest).toBe(true);
  });

  test("keeps whole numbers of 64 bits exact", async () => {
    const table = await newTable(directory);
    const text = `{"id":9223372036854775807}\n{"id":-9223372036854775808}\n`;

    const file = await writer.write(ndjsonText(directory, text), table);

    expect(bounds(file, 1)).toEqual([long(-(2n ** 63n)), long(2n ** 63n - 1n)]);
  });

  test("encloses both zeros and infinities", async () => {
    const table = await newTable(directory);

    const zeros = await writer.write(ndjsonText(directory, `{"level":-0.0}\n{"level":0.0}\n`), table);
    const infinities = await writer.write(
      ndjsonText(directory, `{"level":1e999}\n{"level":-1e999}\n`),
      table,
    );

    expect(bounds(zeros, 3)).toEqual([double(-0), double(0)]);
    expect(bounds(infinities, 3)).toEqual([double(-Infinity), double(Infinity)]);
  });

  test("writes the readings table", async () => {
    const table = await newTable(directory, frozenIo(), sensorReadingColumns);
    const reading = {
      sensor_id: "s-1",
      timestamp: 1_767_225_600,
      location: "Praha 😀",
      temperature: 21,
      humidity: 40.5,
      pressure: 1013.2,
    };

    const file = await writer.write(ndjson(directory, [reading, { ...reading, unknown: [1] }]), table);

    expect(
      footer(file)
        .schema.slice(1)
        .map(({ name, field_id }) => [name, field_id]),
    ).toEqual(sensorReadingColumns.map(({ name }, index) => [name, index + 1]));
    expect(file.recordCount).toBe(2);
  });

  test("takes column names, values and folders that look like SQL for what they are", async () => {
    const hostile = join(directory, `we'ird "dir*? [x] ;--`);
    mkdirSync(hostile);
    const names = [`drop'table`, `a"b`, "select", "x; DROP TABLE t; --", "žluť {}: '", "1"];
    const table = await IcebergTable.openOrCreate(
      join(hostile, "t"),
      names.map((name) => column(name, "string")),
    );
    const row = Object.fromEntries(names.map((name) => [name, `${name}'); DROP TABLE t; --`]));

    const file = await writer.write(ndjson(hostile, [row]), table);
    const again = await writer.rewrite([file, file], table);

    expect(
      footer(again)
        .schema.slice(1)
        .map(({ name, field_id }) => [name, field_id]),
    ).toEqual(names.map((name, index) => [name, index + 1]));
    expect(again.recordCount).toBe(2);
    expect(bounds(again, 3)[0]).toEqual(Buffer.from("select'); DROP T"));
  });

  test.each([
    ["an empty file", "", /holds no rows/],
    ["half a record", `{"id":1}\n{"id":`, /Malformed JSON/],
    ["a duplicate key", `{"id":1,"id":2}\n`, /duplicate key/],
    ["a lone surrogate", `{"name":"\\ud83d"}\n`, /surrogate/],
    ["a number above 64 bits", `{"id":9223372036854775808}\n`, /Failed to cast/],
  ])("rejects %s, and leaves no file", async (_what, text, message) => {
    const table = await newTable(directory);

    const writing = writer.write(ndjsonText(directory, text), table);

    await expect(writing).rejects.toThrow(ParquetWriteError);
    await expect(writing).rejects.toThrow(message);
    expect(readdirSync(join(table.location, "data"))).toEqual([]);
  });

  test("rejects a null in a required column", async () => {
    const table = await newTable(directory, frozenIo(), [
      column("id", "long", true),
      column("name", "string"),
    ]);

    await expect(writer.write(ndjson(directory, [{ id: 1 }, { name: "x" }]), table)).rejects.toThrow(
      /column id is required and some rows lack it/,
    );
    expect((await writer.write(ndjson(directory, [{ id: 1 }]), table)).recordCount).toBe(1);
  });

  test("rejects a file that is not there", async () => {
    const table = await newTable(directory);

    await expect(writer.write(join(directory, "missing.ndjson"), table)).rejects.toThrow(ParquetWriteError);
  });
});

describe("rewrite", () => {
  test("puts files together, in order, finding columns by field id", async () => {
    const old = await newTable(directory);
    const first = await writer.write(ndjson(directory, rows(3)), old);
    const evolved = await IcebergTable.openOrCreate(old.location, [...columns, column("extra", "string")]);
    const second = await writer.write(ndjson(directory, [{ id: 9, extra: "new" }]), evolved);

    const merged = await writer.rewrite([first, second], evolved);

    expect(merged.recordCount).toBe(4);
    expect(
      footer(merged)
        .schema.slice(1)
        .map(({ name, field_id }) => [name, field_id]),
    ).toEqual([
      ["id", 1],
      ["name", 2],
      ["level", 3],
      ["open", 4],
      ["extra", 5],
    ]);
    expect(merged.columns.nullValueCounts.get(5)).toBe(3);
    expect(bounds(merged, 1)).toEqual([long(0n), long(9n)]);
    expect(bounds(merged, 5)).toEqual([Buffer.from("new"), Buffer.from("new")]);
  });

  test("lets a delivery pass that comes while it runs", async () => {
    const table = await newTable(directory);
    const small = await writer.write(ndjson(directory, rows(10_000)), table);
    const delivered = ndjson(directory, rows(1));

    // Takes hundreds of times as long as the one row.
    const compaction = writer.rewrite(Array<DataFile>(100).fill(small), table);
    const delivery = writer.write(delivered, table);
    const first = await Promise.race([compaction.then(() => "compaction"), delivery.then(() => "delivery")]);
    await compaction;

    expect(first).toBe("delivery");
  });
});

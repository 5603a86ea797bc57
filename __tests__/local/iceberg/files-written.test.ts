import { readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { streams, type Type } from "avsc";
import { IcebergTable } from "../../../local/iceberg/table";
import {
  columns,
  fakeDataFile,
  frozenIo,
  newTable,
  paths,
  startMs,
  temporaryDirectory,
} from "./table-fixture";

// What lies on the disk, byte for byte or as a plain Avro reader sees it, with a frozen clock and counted ids.

const directory = temporaryDirectory();
const uuid = (count: number) => `00000000-0000-4000-8000-${String(count).padStart(12, "0")}`;

interface Field {
  readonly name: string;
  readonly type: unknown;
  readonly "field-id"?: number;
}

interface Avro {
  readonly header: Readonly<Record<string, string>>;
  readonly fields: readonly Field[];
  readonly records: readonly Readonly<Record<string, unknown>>[];
}

async function readAvro(path: string): Promise<Avro> {
  const bytes = readFileSync(path);
  expect(bytes.subarray(0, 4).toString("latin1")).toBe("Obj\u0001");
  const header: Record<string, string> = {};
  const records: Record<string, unknown>[] = [];
  const decoder = new streams.BlockDecoder();
  await new Promise<void>((resolve, reject) => {
    decoder
      .on("metadata", (_type: Type, _codec: string, found: { meta: Record<string, Buffer> }) => {
        for (const [key, value] of Object.entries(found.meta)) header[key] = value.toString("utf8");
      })
      .on("data", (record: Record<string, unknown>) => records.push({ ...record }))
      .on("end", resolve)
      .on("error", reject);
    decoder.end(bytes);
  });
  const schema = JSON.parse(header["avro.schema"]!) as { readonly fields: readonly Field[] };
  return { header, fields: schema.fields, records };
}

const fieldIds = (fields: readonly Field[]) =>
  Object.fromEntries(fields.map((one) => [one.name, one["field-id"]]));
const metadataFile = (table: IcebergTable, name: string) => join(table.location, "metadata", name);
const text = (table: IcebergTable, name: string) => readFileSync(metadataFile(table, name), "utf8");
const inFolder = (table: IcebergTable, folder: string) => readdirSync(join(table.location, folder)).sort();

const schema = {
  type: "struct",
  "schema-id": 0,
  fields: columns.map(({ name, type, meaning }, index) => {
    return { id: index + 1, name, required: false, type, doc: meaning };
  }),
};

test("a new table is one metadata file and the hint to it", async () => {
  const table = await newTable(directory);

  expect(inFolder(table, "metadata")).toEqual(["v1.metadata.json", "version-hint.text"]);
  expect(inFolder(table, "data")).toEqual([]);
  expect(text(table, "version-hint.text")).toBe("1");
  expect(JSON.parse(text(table, "v1.metadata.json"))).toEqual({
    "format-version": 2,
    "table-uuid": uuid(1),
    location: table.location,
    "last-sequence-number": 0,
    "last-updated-ms": startMs,
    "last-column-id": 4,
    schemas: [schema],
    "current-schema-id": 0,
    "partition-specs": [{ "spec-id": 0, fields: [] }],
    "default-spec-id": 0,
    "last-partition-id": 999,
    "sort-orders": [{ "order-id": 0, fields: [] }],
    "default-sort-order-id": 0,
    properties: {
      "write.format.default": "parquet",
      "write.parquet.compression-codec": "zstd",
      "write.metadata.delete-after-commit.enabled": "true",
      "write.metadata.previous-versions-max": "20",
    },
    refs: {},
    "metadata-log": [],
    snapshots: [],
    "snapshot-log": [],
  });
});

describe("an append", () => {
  async function appendedTwice() {
    const io = frozenIo();
    const table = await newTable(directory, io);
    await table.append([fakeDataFile(table)]);
    io.time = startMs + 1000;
    const file = fakeDataFile(table, {
      recordCount: 3,
      fileSizeBytes: 900,
      columns: {
        sizes: new Map([[1, 40]]),
        valueCounts: new Map([[1, 3]]),
        nullValueCounts: new Map([[1, 0]]),
        nanValueCounts: new Map([[3, 0]]),
        lowerBounds: new Map([[1, Buffer.from([1, 0, 0, 0, 0, 0, 0, 0])]]),
        upperBounds: new Map([[1, Buffer.from([9, 0, 0, 0, 0, 0, 0, 0])]]),
      },
    });
    await table.append([file], { deliveryId: "delivery-7" });
    return { table, file };
  }

  test("writes a manifest, a manifest list and the next metadata file, and leaves nothing else", async () => {
    const { table } = await appendedTwice();

    expect(inFolder(table, "metadata")).toEqual([
      `${uuid(3)}-m0.avro`,
      `${uuid(5)}-m0.avro`,
      "snap-1001-1.avro",
      "snap-1002-2.avro",
      "v1.metadata.json",
      "v2.metadata.json",
      "v3.metadata.json",
      "version-hint.text",
    ]);
    expect(text(table, "version-hint.text")).toBe("3");
  });

  test("writes the snapshot, its reference and both logs into the metadata", async () => {
    const { table } = await appendedTwice();
    const { location } = table;

    expect(JSON.parse(text(table, "v3.metadata.json"))).toMatchObject({
      "last-sequence-number": 2,
      "last-updated-ms": startMs + 1000,
      "current-snapshot-id": 1002,
      refs: { main: { "snapshot-id": 1002, type: "branch" } },
      snapshots: [
        { "snapshot-id": 1001 },
        {
          "snapshot-id": 1002,
          "parent-snapshot-id": 1001,
          "sequence-number": 2,
          "timestamp-ms": startMs + 1000,
          summary: { operation: "append", "delivery-id": "delivery-7", "total-records": "13" },
          "manifest-list": `${location}/metadata/snap-1002-2.avro`,
          "schema-id": 0,
        },
      ],
      "snapshot-log": [
        { "timestamp-ms": startMs, "snapshot-id": 1001 },
        { "timestamp-ms": startMs + 1000, "snapshot-id": 1002 },
      ],
      "metadata-log": [
        { "timestamp-ms": startMs, "metadata-file": `${location}/metadata/v1.metadata.json` },
        { "timestamp-ms": startMs, "metadata-file": `${location}/metadata/v2.metadata.json` },
      ],
    });
    expect(JSON.parse(text(table, "v3.metadata.json")).snapshots[0]).not.toHaveProperty("parent-snapshot-id");
  });

  test("writes the manifest list with its header, field ids and counts", async () => {
    const { table } = await appendedTwice();

    const { header, fields, records } = await readAvro(metadataFile(table, "snap-1002-2.avro"));

    expect(header).toMatchObject({
      "avro.codec": "deflate",
      "snapshot-id": "1002",
      "parent-snapshot-id": "1001",
      "sequence-number": "2",
      "format-version": "2",
    });
    expect(fieldIds(fields)).toEqual({
      manifest_path: 500,
      manifest_length: 501,
      partition_spec_id: 502,
      content: 517,
      sequence_number: 515,
      min_sequence_number: 516,
      added_snapshot_id: 503,
      added_files_count: 504,
      existing_files_count: 505,
      deleted_files_count: 506,
      added_rows_count: 512,
      existing_rows_count: 513,
      deleted_rows_count: 514,
      partitions: 507,
      key_metadata: 519,
    });
    const manifest = metadataFile(table, `${uuid(5)}-m0.avro`);
    expect(records).toHaveLength(2);
    expect(records[1]).toEqual({
      manifest_path: manifest,
      manifest_length: statSync(manifest).size,
      partition_spec_id: 0,
      content: 0,
      sequence_number: 2,
      min_sequence_number: 2,
      added_snapshot_id: 1002,
      added_files_count: 1,
      existing_files_count: 0,
      deleted_files_count: 0,
      added_rows_count: 3,
      existing_rows_count: 0,
      deleted_rows_count: 0,
      partitions: null,
      key_metadata: null,
    });
  });

  test("writes the manifest with every header key that v2 requires, and field ids", async () => {
    const { table } = await appendedTwice();

    const { header, fields } = await readAvro(metadataFile(table, `${uuid(5)}-m0.avro`));

    expect(JSON.parse(header.schema!)).toEqual(schema);
    expect(header).toMatchObject({
      "schema-id": "0",
      "partition-spec": "[]",
      "partition-spec-id": "0",
      "format-version": "2",
      content: "data",
    });
    expect(fieldIds(fields)).toEqual({
      status: 0,
      snapshot_id: 1,
      sequence_number: 3,
      file_sequence_number: 4,
      data_file: 2,
    });
    const dataFile = fields.at(-1)!.type as { readonly fields: readonly Field[] };
    expect(fieldIds(dataFile.fields)).toEqual({
      content: 134,
      file_path: 100,
      file_format: 101,
      partition: 102,
      record_count: 103,
      file_size_in_bytes: 104,
      column_sizes: 108,
      value_counts: 109,
      null_value_counts: 110,
      nan_value_counts: 137,
      lower_bounds: 125,
      upper_bounds: 128,
      key_metadata: 131,
      split_offsets: 132,
      equality_ids: 135,
      sort_order_id: 140,
    });
    const element = (name: string) => dataFile.fields.find((field) => field.name === name)!.type;
    expect(element("split_offsets")).toEqual(["null", { type: "array", items: "long", "element-id": 133 }]);
    expect(element("lower_bounds")).toEqual([
      "null",
      {
        type: "array",
        logicalType: "map",
        items: {
          type: "record",
          name: "k126_v127",
          fields: [
            { name: "key", type: "int", "field-id": 126 },
            { name: "value", type: "bytes", "field-id": 127 },
          ],
        },
      },
    ]);
  });

  test("leaves sequence numbers of added files to be inherited", async () => {
    const { table, file } = await appendedTwice();

    const { records } = await readAvro(metadataFile(table, `${uuid(5)}-m0.avro`));

    expect(records).toEqual([
      {
        status: 1,
        snapshot_id: 1002,
        sequence_number: null,
        file_sequence_number: null,
        data_file: {
          content: 0,
          file_path: file.path,
          file_format: "PARQUET",
          partition: {},
          record_count: 3,
          file_size_in_bytes: 900,
          column_sizes: [{ key: 1, value: 40 }],
          value_counts: [{ key: 1, value: 3 }],
          null_value_counts: [{ key: 1, value: 0 }],
          nan_value_counts: [{ key: 3, value: 0 }],
          lower_bounds: [{ key: 1, value: Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]) }],
          upper_bounds: [{ key: 1, value: Buffer.from([9, 0, 0, 0, 0, 0, 0, 0]) }],
          key_metadata: null,
          split_offsets: null,
          equality_ids: null,
          sort_order_id: 0,
        },
      },
    ]);
  });

  test("gives the same bytes every time", async () => {
    const run = async () => {
      const location = join(directory, "same-place");
      rmSync(location, { recursive: true, force: true });
      const table = await IcebergTable.openOrCreate(location, columns, frozenIo());
      for (let count = 0; count < 20; count++) await table.append([fakeDataFile(table)]);
      return inFolder(table, "metadata").map((name) => [name, text(table, name)]);
    };

    expect(await run()).toEqual(await run());
  });
});

test("a merged manifest keeps each file's own snapshot and sequence number", async () => {
  const table = await newTable(directory);
  for (let count = 0; count < 17; count++) await table.append([fakeDataFile(table)]);

  const { records: listed } = await readAvro(metadataFile(table, "snap-1017-17.avro"));
  const merged = listed.find(({ existing_files_count }) => existing_files_count === 16)!;
  const { records } = await readAvro(merged.manifest_path as string);

  expect(listed).toHaveLength(2);
  expect(merged).toMatchObject({ added_files_count: 0, sequence_number: 17, min_sequence_number: 1 });
  expect(
    records.map(({ status, snapshot_id, sequence_number, file_sequence_number }) => {
      return [status, snapshot_id, sequence_number, file_sequence_number];
    }),
  ).toEqual(Array.from({ length: 16 }, (_, index) => [0, 1001 + index, index + 1, index + 1]));
});

test("a replaced file is marked as deleted once, and then left out", async () => {
  const table = await newTable(directory);
  const [first, second, kept, merged] = Array.from({ length: 4 }, () => fakeDataFile(table));
  await table.append([first!, second!, kept!]);

  const snapshot = await table.replaceFiles([first!, second!], [{ ...merged!, recordCount: 20 }]);
  const { records: listed } = await readAvro(metadataFile(table, "snap-1002-2.avro"));
  const { records } = await readAvro(listed[0]!.manifest_path as string);
  await table.append([fakeDataFile(table)]);
  const { records: later } = await readAvro(metadataFile(table, "snap-1003-3.avro"));

  expect(snapshot).toMatchObject({
    operation: "replace",
    summary: { "deleted-data-files": "2", "added-data-files": "1", "total-records": "30" },
  });
  expect(
    records.map(({ status, snapshot_id, sequence_number }) => [status, snapshot_id, sequence_number]),
  ).toEqual([
    [2, 1002, 1],
    [2, 1002, 1],
    [0, 1001, 1],
  ]);
  expect(listed[0]).toMatchObject({
    deleted_files_count: 2,
    existing_files_count: 1,
    deleted_rows_count: 20,
  });
  expect(later).toHaveLength(3);
  expect(await paths(table)).toHaveLength(3);
  expect(await paths(table, 1001)).toEqual([first!.path, second!.path, kept!.path]);
});

test("a file that takes the place of others is as old as the newest of them, and as its own commit", async () => {
  const table = await newTable(directory);
  const [first, second, between, last, merged] = Array.from({ length: 5 }, () => fakeDataFile(table));
  for (const file of [first!, second!, between!, last!]) await table.append([file]);

  await table.replaceFiles([first!, second!], [{ ...merged!, recordCount: 20 }]);
  const { records: listed } = await readAvro(metadataFile(table, "snap-1005-5.avro"));
  const added = listed.at(-1)!;
  const { records } = await readAvro(added.manifest_path as string);

  expect(added).toMatchObject({ added_files_count: 1, sequence_number: 5, min_sequence_number: 2 });
  expect(records).toMatchObject([
    { status: 1, snapshot_id: 1005, sequence_number: 2, file_sequence_number: null },
  ]);
  expect(await paths(table)).toEqual([merged!.path, between!.path, last!.path]);
});

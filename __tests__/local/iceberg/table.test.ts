import { readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  SchemaMismatchError,
  SnapshotNotFoundError,
  TableNotFoundError,
  UnsupportedTableError,
} from "../../../local/iceberg/errors";
import { deliverySnapshot, rememberedDeliveries } from "../../../local/iceberg/deliveries";
import { deliveryIdKey } from "../../../local/iceberg/snapshot-summary";
import { IcebergTable } from "../../../local/iceberg/table";
import type { TableMetadata } from "../../../local/iceberg/table-metadata";
import type { Column } from "../../../pipeline/sensor-reading";
import {
  columns,
  fakeDataFile,
  frozenIo,
  newTable,
  paths,
  startMs,
  temporaryDirectory,
} from "./table-fixture";

const directory = temporaryDirectory();

describe("openOrCreate", () => {
  test("creates an empty table", async () => {
    const table = await newTable(directory);

    expect(table.columns).toEqual(columns.map((column, index) => ({ ...column, fieldId: index + 1 })));
    expect(table.snapshots()).toEqual([]);
    expect(table.currentSnapshot()).toBeUndefined();
    expect(await table.dataFiles()).toEqual([]);
  });

  test("opens the table that is there", async () => {
    const table = await newTable(directory);
    await table.append([fakeDataFile(table)]);

    const again = await IcebergTable.openOrCreate(table.location, columns, frozenIo());

    expect(again.snapshots()).toEqual(table.snapshots());
    expect(again.version).toBe(2);
  });

  test("lets one of many creators win and the others open its table", async () => {
    const location = join(directory, "created-by-many");

    const opened = await Promise.all(
      Array.from({ length: 8 }, () => IcebergTable.openOrCreate(location, columns)),
    );

    expect(new Set(opened.map(({ version }) => version))).toEqual(new Set([1]));
    expect(readdirSync(join(location, "metadata")).sort()).toEqual(["v1.metadata.json", "version-hint.text"]);
  });

  test("adds a column at the end, with a new field id", async () => {
    const table = await newTable(directory);
    await table.append([fakeDataFile(table)]);
    const added: Column = { name: "battery", type: "double", required: false, meaning: "Charge in percent" };

    const [head, ...tail] = columns;
    const evolved = await IcebergTable.openOrCreate(table.location, [head!, added, ...tail], frozenIo());

    expect(evolved.columns.map(({ name, fieldId }) => [name, fieldId])).toEqual([
      ["id", 1],
      ["name", 2],
      ["level", 3],
      ["open", 4],
      ["battery", 5],
    ]);
    expect(await paths(evolved)).toEqual(await paths(table));
    expect((await IcebergTable.openOrCreate(table.location, [head!, added], frozenIo())).version).toBe(3);
  });

  test("keeps the older schema for snapshots that were made with it", async () => {
    const table = await newTable(directory);
    await table.append([fakeDataFile(table)]);
    const added: Column = { name: "battery", type: "double", required: false, meaning: "Charge" };
    const evolved = await IcebergTable.openOrCreate(table.location, [...columns, added]);
    await evolved.append([fakeDataFile(evolved)]);

    const text = readFileSync(join(table.location, "metadata/v4.metadata.json"), "utf8");
    const metadata = JSON.parse(text) as TableMetadata;

    expect(metadata.schemas.map((schema) => schema["schema-id"])).toEqual([0, 1]);
    expect(metadata.snapshots.map((snapshot) => snapshot["schema-id"])).toEqual([0, 1]);
    expect(metadata["last-column-id"]).toBe(5);
  });

  test("rejects columns that the table cannot take, naming each problem", async () => {
    const table = await newTable(directory);
    const wanted: Column[] = [
      { name: "id", type: "string", required: false, meaning: "" },
      { name: "name", type: "string", required: true, meaning: "" },
      { name: "battery", type: "double", required: true, meaning: "" },
    ];

    const opening = IcebergTable.openOrCreate(table.location, wanted);

    await expect(opening).rejects.toThrow(SchemaMismatchError);
    await expect(opening).rejects.toThrow(/column id is long in the table, wanted string/);
    await expect(opening).rejects.toThrow(/column name is optional in the table, wanted required/);
    await expect(opening).rejects.toThrow(/new column battery must not be required/);
  });
});

describe("open", () => {
  test("rejects a folder without a table", async () => {
    await expect(IcebergTable.open(join(directory, "nowhere"))).rejects.toThrow(TableNotFoundError);
  });

  test("reads and continues a table that was moved", async () => {
    const table = await newTable(directory);
    await table.append([fakeDataFile(table)]);
    const moved = join(directory, "moved");
    renameSync(table.location, moved);

    const opened = await IcebergTable.open(moved, frozenIo());
    await opened.append([fakeDataFile(opened)]);

    for (const path of await paths(opened)) expect(path.startsWith(join(moved, "data"))).toBe(true);
    expect(await opened.dataFiles()).toHaveLength(2);
  });

  test.each([
    ["not JSON", () => "{", /not JSON/],
    [
      "of format version 3",
      (text: string) => text.replace('"format-version":2', '"format-version":3'),
      /version 3/,
    ],
    [
      "partitioned",
      (text: string) => text.replace('"spec-id":0,"fields":[]', '"spec-id":0,"fields":[{"name":"x"}]'),
      /partitioned/,
    ],
    ["of an unknown column type", (text: string) => text.replace('"type":"long"', '"type":"uuid"'), /uuid/],
    [
      "with a 63-bit snapshot id",
      (text: string) => text.replace('"snapshot-id":1001,"seq', '"snapshot-id":7180213749348923410,"seq'),
      /2\^53/,
    ],
  ])("rejects metadata that is %s", async (_what, damage, message) => {
    const table = await newTable(directory);
    await table.append([fakeDataFile(table)]);
    const path = join(table.location, "metadata/v2.metadata.json");
    const damaged = damage(readFileSync(path, "utf8"));
    rmSync(path);
    writeFileSync(path, damaged);

    const opening = IcebergTable.open(table.location);

    await expect(opening).rejects.toThrow(UnsupportedTableError);
    await expect(opening).rejects.toThrow(message);
  });

  test("rejects a table whose metadata leads outside its folder", async () => {
    const table = await newTable(directory);
    await table.append([fakeDataFile(table)]);
    const path = join(table.location, "metadata/v2.metadata.json");
    const text = readFileSync(path, "utf8").replace(
      /"manifest-list":"[^"]*"/,
      '"manifest-list":"/etc/passwd"',
    );
    rmSync(path);
    writeFileSync(path, text);

    const opened = await IcebergTable.open(table.location);

    await expect(opened.dataFiles()).rejects.toThrow(/outside the table's location/);
  });
});

describe("refresh", () => {
  test("picks up what another instance has committed", async () => {
    const table = await newTable(directory);
    const other = await IcebergTable.open(table.location);
    const snapshot = await table.append([fakeDataFile(table)]);
    expect(other.currentSnapshot()).toBeUndefined();

    await other.refresh();

    expect(other.currentSnapshot()).toEqual(snapshot);
  });

  test("rejects when the table is gone, or another has taken its place", async () => {
    const table = await newTable(directory, {});
    await table.append([fakeDataFile(table)]);
    rmSync(table.location, { recursive: true });

    await expect(table.refresh()).rejects.toThrow(TableNotFoundError);

    const another = await IcebergTable.openOrCreate(table.location, columns);
    await expect(table.append([fakeDataFile(table)])).rejects.toThrow(UnsupportedTableError);
    for (let count = 0; count < 3; count++) await another.append([fakeDataFile(another)]);
    await expect(table.refresh()).rejects.toThrow(/another table has taken the place/);
    await expect(table.append([fakeDataFile(table)])).rejects.toThrow(UnsupportedTableError);
    expect(await (await IcebergTable.open(table.location)).dataFiles()).toHaveLength(3);
  });
});

describe("append", () => {
  test("adds files in one snapshot", async () => {
    const table = await newTable(directory);
    const files = [fakeDataFile(table), fakeDataFile(table, { recordCount: 5, fileSizeBytes: 700 })];

    const first = await table.append(files, { summary: { source: "test" } });
    const second = await table.append([fakeDataFile(table)]);

    expect(first).toEqual({
      snapshotId: 1001,
      sequenceNumber: 1,
      timestampMs: startMs,
      operation: "append",
      summary: {
        source: "test",
        "added-data-files": "2",
        "added-records": "15",
        "added-files-size": "1700",
        "total-data-files": "2",
        "total-records": "15",
        "total-files-size": "1700",
      },
    });
    expect(second).toMatchObject({ parentSnapshotId: 1001, sequenceNumber: 2 });
    expect(second.summary).toMatchObject({ "total-data-files": "3", "total-records": "25" });
    expect(table.currentSnapshot()).toEqual(second);
  });

  test("keeps every file's metrics", async () => {
    const table = await newTable(directory);
    const file = fakeDataFile(table, {
      columns: {
        sizes: new Map([[1, 40]]),
        valueCounts: new Map([[1, 10]]),
        nullValueCounts: new Map([[1, 2]]),
        nanValueCounts: new Map([[3, 0]]),
        lowerBounds: new Map([[2, Buffer.from("ž")]]),
        upperBounds: new Map([[2, Buffer.from([0xff, 0, 1])]]),
      },
    });

    await table.append([file]);

    expect(await table.dataFiles()).toEqual([file]);
  });

  test("shows the files of any retained snapshot, oldest first", async () => {
    const table = await newTable(directory);
    const expected: string[][] = [];
    for (let count = 0; count < 40; count++) {
      await table.append([fakeDataFile(table)]);
      expected.push(await paths(table));
    }

    for (const [index, snapshot] of table.snapshots().entries()) {
      expect(await paths(table, snapshot.snapshotId)).toEqual(expected[index]);
      expect(expected[index]).toHaveLength(index + 1);
    }
    await expect(table.dataFiles(5)).rejects.toThrow(SnapshotNotFoundError);
  });

  test("merges manifests, so that a manifest list stays short", async () => {
    const table = await newTable(directory);
    for (let count = 0; count < 100; count++) await table.append([fakeDataFile(table)]);

    const lists = readdirSync(join(table.location, "metadata")).filter((name) => name.startsWith("snap-"));
    const referenced = await table.referencedFiles();

    expect(await table.dataFiles()).toHaveLength(100);
    expect(new Set(await paths(table)).size).toBe(100);
    expect(lists).toHaveLength(100);
    for (const list of lists) expect(referenced.has(join(table.location, "metadata", list))).toBe(true);
  });

  test("keeps only the latest metadata files", async () => {
    const table = await newTable(directory);
    for (let count = 0; count < 45; count++) await table.append([fakeDataFile(table)]);

    const versions = readdirSync(join(table.location, "metadata"))
      .flatMap((name) => /^v(\d+)\.metadata\.json$/.exec(name)?.[1] ?? [])
      .map(Number)
      .sort((a, b) => a - b);

    expect(versions).toEqual(Array.from({ length: 27 }, (_, index) => 20 + index));
  });

  test("never dates a snapshot before its parent", async () => {
    const io = frozenIo();
    const table = await newTable(directory, io);
    io.time = startMs + 5000;
    await table.append([fakeDataFile(table)]);
    io.time = startMs;

    const { timestampMs } = await table.append([fakeDataFile(table)]);

    expect(timestampMs).toBe(startMs + 5000);
  });

  test("rejects a file outside the table", async () => {
    const table = await newTable(directory);

    const appending = table.append([fakeDataFile(table, { path: join(directory, "elsewhere.parquet") })]);

    await expect(appending).rejects.toThrow(/outside the table's location/);
    expect(table.snapshots()).toEqual([]);
  });
});

describe("deliveries", () => {
  test("are committed once, however often", async () => {
    const table = await newTable(directory);
    const other = await IcebergTable.open(table.location);
    const first = await table.append([fakeDataFile(table)], { deliveryId: "d-1" });

    const again = await table.append([fakeDataFile(table)], { deliveryId: "d-1" });
    const elsewhere = await other.append([fakeDataFile(table)], { deliveryId: "d-1" });

    expect([again, elsewhere]).toEqual([first, first]);
    expect(await table.dataFiles()).toHaveLength(1);
  });

  test("are known to every process, and only when committed", async () => {
    const table = await newTable(directory);
    const other = await IcebergTable.open(table.location);
    await table.append([fakeDataFile(table)], { deliveryId: "d-1" });

    expect(await other.hasDelivery("d-1")).toBe(true);
    expect(await other.hasDelivery("d-2")).toBe(false);
  });

  test("are remembered after their snapshot has expired", async () => {
    const table = await newTable(directory);
    for (let count = 0; count < 5; count++) {
      await table.append([fakeDataFile(table)], { deliveryId: `d-${count}` });
    }
    const current = table.currentSnapshot()!;
    for (const expired of [2, 9]) {
      await table.expireSnapshots((retained) =>
        retained.slice(0, expired).map(({ snapshotId }) => snapshotId),
      );
    }
    const reopened = await IcebergTable.open(table.location);

    expect(reopened.snapshots()).toEqual([current]);
    for (let count = 0; count < 5; count++) expect(await reopened.hasDelivery(`d-${count}`)).toBe(true);
    expect(await reopened.append([fakeDataFile(table)], { deliveryId: "d-0" })).toEqual(current);
  });

  test("are forgotten once 500 others have expired after them", () => {
    const snapshots = Array.from({ length: 520 }, (_, index) => {
      return { "snapshot-id": index, summary: { [deliveryIdKey]: `d-${index}` } };
    });
    const metadata = { snapshots, properties: {} } as unknown as TableMetadata;

    const properties = rememberedDeliveries(metadata, new Set(snapshots.map((one) => one["snapshot-id"])));
    const after = { snapshots: [{ summary: {} }], properties } as unknown as TableMetadata;

    expect(deliverySnapshot(after, "d-519")).toBeDefined();
    expect(deliverySnapshot(after, "d-20")).toBeDefined();
    expect(deliverySnapshot(after, "d-19")).toBeUndefined();
  });
});

describe("snapshotAsOf", () => {
  test("finds the snapshot that was current at a time", async () => {
    const io = frozenIo();
    const table = await newTable(directory, io);
    const snapshots = [];
    for (const seconds of [10, 20, 30]) {
      io.time = startMs + seconds * 1000;
      snapshots.push(await table.append([fakeDataFile(table)]));
    }

    const asOf = (seconds: number) => table.snapshotAsOf(startMs + seconds * 1000);

    expect(asOf(9)).toBeUndefined();
    expect(asOf(10)).toEqual(snapshots[0]);
    expect(asOf(29.999)).toEqual(snapshots[1]);
    expect(asOf(1e6)).toEqual(snapshots[2]);
  });
});

import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { planCompaction } from "../../../local/iceberg/compaction";
import type { DataFile } from "../../../local/iceberg/data-file";
import { maintain, s3TablesMaintenance } from "../../../local/iceberg/maintenance";
import { ParquetWriter } from "../../../local/iceberg/parquet-writer";
import type { Snapshot } from "../../../local/iceberg/snapshot";
import { expiredSnapshots } from "../../../local/iceberg/snapshot-expiry";
import { IcebergTable } from "../../../local/iceberg/table";
import { nodeFiles } from "../../../local/iceberg/table-files";
import { removeUnreferencedFiles } from "../../../local/iceberg/unreferenced-files";
import {
  fakeDataFile,
  frozenIo,
  hourMs,
  ndjson,
  newTable,
  paths,
  rows,
  startMs,
  temporaryDirectory,
} from "./table-fixture";

const directory = temporaryDirectory();
const dayMs = 24 * hourMs;
const mebibyte = 1024 * 1024;
let writer: ParquetWriter;

beforeAll(async () => {
  writer = await ParquetWriter.open();
});
afterAll(() => {
  writer.close();
});

const appendRows = async (table: IcebergTable, count: number, from = 0) =>
  table.append([await writer.write(ndjson(directory, rows(count, from)), table)]);

const recordCount = async (table: IcebergTable) =>
  (await table.dataFiles()).reduce((records, file) => records + file.recordCount, 0);

test("the defaults are those of S3 Tables", () => {
  expect(s3TablesMaintenance).toMatchObject({
    targetFileSizeBytes: 512 * mebibyte,
    minimumSnapshots: 1,
    maximumSnapshotAgeMs: 120 * hourMs,
    unreferencedFileAgeMs: 3 * dayMs,
  });
});

describe("planCompaction", () => {
  const file = (sizeMib: number, name = String(sizeMib)): DataFile =>
    ({ path: name, fileSizeBytes: sizeMib * mebibyte }) as DataFile;
  const sizes = (bins: readonly (readonly DataFile[])[]) =>
    bins.map((bin) => bin.map(({ fileSizeBytes }) => fileSizeBytes / mebibyte));
  const settings = { targetFileSizeBytes: 512 * mebibyte, minimumInputFiles: 4 };

  test("leaves a few small files alone", () => {
    expect(planCompaction([file(1), file(1), file(1)], settings)).toEqual([]);
  });

  test("packs small files of a size together, in their order", () => {
    const files = [file(1, "a"), file(600), file(1, "b"), file(100), file(1, "c"), file(1, "d")];

    expect(planCompaction(files, settings).map((bin) => bin.map(({ path }) => path))).toEqual([
      ["a", "b", "c", "d"],
    ]);
  });

  test("fills bins up to the target size", () => {
    expect(sizes(planCompaction([file(200), file(220), file(150), file(230), file(140)], settings))).toEqual([
      [200, 220],
      [150, 230],
    ]);
  });

  test("leaves files of three quarters of the target size alone", () => {
    expect(planCompaction([file(384), file(384), file(384), file(384), file(384)], settings)).toEqual([]);
  });

  test("never plans to rewrite one file by itself", () => {
    expect(planCompaction([file(380), file(380), file(380), file(380)], settings)).toEqual([]);
  });
});

describe("expiredSnapshots", () => {
  const hoursOld = [200, 130, 121, 119, 1];
  const snapshots = hoursOld.map((hours, index) => {
    return { snapshotId: index + 1, timestampMs: startMs - hours * hourMs } as Snapshot;
  });
  const expired = (changes: Partial<typeof s3TablesMaintenance>) =>
    expiredSnapshots(snapshots, { ...s3TablesMaintenance, ...changes }, startMs);

  test.each([
    ["older than 120 hours, by default", {}, [1, 2, 3]],
    ["none that is exactly as old as allowed", { maximumSnapshotAgeMs: 130 * hourMs }, [1]],
    ["all but the newest", { maximumSnapshotAgeMs: 0 }, [1, 2, 3, 4]],
    ["all but the number to be kept", { maximumSnapshotAgeMs: 0, minimumSnapshots: 3 }, [1, 2]],
    ["young ones that are too many", { maximumSnapshotAgeMs: 500 * hourMs, maximumSnapshots: 2 }, [1, 2, 3]],
  ])("takes %s", (_which, settings, ids) => {
    expect(expired(settings)).toEqual(ids);
  });
});

describe("compaction", () => {
  test("keeps every row, and the older snapshots' files", async () => {
    const table = await newTable(directory);
    for (let count = 0; count < 9; count++) await appendRows(table, 10, count * 10);
    const before = table.currentSnapshot()!;
    const files = await paths(table);

    const report = await maintain(table, writer);

    expect(report).toEqual({
      compactedFiles: 9,
      compactedBytes: Number(before.summary["total-files-size"]),
      compactedInto: 1,
      expiredSnapshots: 0,
      removedFiles: 0,
      removedBytes: 0,
    });
    expect(await paths(table)).toHaveLength(1);
    expect(await recordCount(table)).toBe(90);
    expect(table.currentSnapshot()).toMatchObject({
      operation: "replace",
      parentSnapshotId: before.snapshotId,
    });
    expect(await paths(table, before.snapshotId)).toEqual(files);
  });

  test("loses no append that is made while it runs", async () => {
    const table = await newTable(directory, {});
    for (let count = 0; count < 8; count++) await appendRows(table, 10);
    const appender = await IcebergTable.open(table.location);
    const compactor = await IcebergTable.open(table.location, {
      files: {
        ...nodeFiles,
        seal: async (path, modifiedMs) => {
          await appender.append([fakeDataFile(appender)]);
          await nodeFiles.seal(path, modifiedMs);
        },
      },
    });

    const { compactedFiles } = await maintain(compactor, writer);

    expect(compactedFiles).toBe(8);
    expect(await paths(compactor)).toHaveLength(2);
    expect(await recordCount(compactor)).toBe(90);
  });

  test("gives up, and leaves no file, when another compaction was first", async () => {
    const table = await newTable(directory, {});
    for (let count = 0; count < 8; count++) await appendRows(table, 10);
    const rival = await IcebergTable.open(table.location);
    let rivalled = false;
    const compactor = await IcebergTable.open(table.location, {
      files: {
        ...nodeFiles,
        seal: async (path, modifiedMs) => {
          if (!rivalled) {
            rivalled = true;
            await maintain(rival, writer);
          }
          await nodeFiles.seal(path, modifiedMs);
        },
      },
    });

    const { compactedFiles } = await maintain(compactor, writer);

    expect(compactedFiles).toBe(0);
    expect(await paths(compactor)).toEqual(await paths(rival));
    expect(await recordCount(compactor)).toBe(80);
    expect(readdirSync(join(table.location, "data"))).toHaveLength(9);
  });

  test("fails, with the table unchanged, when a file holds fewer rows than its manifest says", async () => {
    const table = await newTable(directory);
    for (let count = 0; count < 7; count++) await appendRows(table, 10);
    const lying = await writer.write(ndjson(directory, rows(10)), table);
    await table.append([{ ...lying, recordCount: 11 }]);
    const before = await paths(table);

    await expect(maintain(table, writer)).rejects.toThrow(/read 80 rows from 8 files that should hold 81/);

    expect(await paths(table)).toEqual(before);
    expect(readdirSync(join(table.location, "data"))).toHaveLength(8);
  });
});

describe("expiry", () => {
  test("never takes the current snapshot, or one with a tag", async () => {
    const table = await newTable(directory);
    const [first, second, third] = [
      await table.append([fakeDataFile(table)]),
      await table.append([fakeDataFile(table)]),
      await table.append([fakeDataFile(table)]),
    ];
    const path = join(table.location, "metadata/v4.metadata.json");
    const tag = `"refs":{"kept":{"snapshot-id":${first.snapshotId},"type":"tag"},`;
    const tagged = (await nodeFiles.read(path)).toString().replace('"refs":{', tag);
    await nodeFiles.remove(path);
    writeFileSync(path, tagged);
    const opened = await IcebergTable.open(table.location);

    const gone = await opened.expireSnapshots((retained) => retained.map(({ snapshotId }) => snapshotId));

    expect(gone).toBe(1);
    expect(opened.snapshots()).toEqual([first, third]);
    await expect(opened.dataFiles(second.snapshotId)).rejects.toThrow(/may have expired/);
  });
});

describe("removal of unreferenced files", () => {
  const settings = { unreferencedFileAgeMs: 3 * dayMs };

  test("takes old files that no snapshot refers to, and nothing else", async () => {
    const io = frozenIo();
    const table = await newTable(directory, io);
    await table.append([fakeDataFile(table)]);
    const data = (name: string) => join(table.location, "data", name);
    await nodeFiles.write(data("orphan.parquet"), Buffer.alloc(100), startMs);
    await nodeFiles.write(data("young.parquet"), Buffer.alloc(100), startMs + dayMs);
    await nodeFiles.write(data("notes.txt"), Buffer.from("mine"), startMs);
    await nodeFiles.write(join(table.location, "metadata", "half.tmp"), Buffer.alloc(11), startMs);
    for (const path of await paths(table)) await nodeFiles.seal(path, startMs);
    io.time = startMs + 3 * dayMs + 1;

    const removed = await removeUnreferencedFiles(table, settings);

    expect(removed).toEqual({ removedFiles: 2, removedBytes: 111 });
    expect(readdirSync(join(table.location, "data")).sort()).toEqual(
      [(await paths(table))[0]!.split("/").at(-1)!, "notes.txt", "young.parquet"].sort(),
    );
    expect(readdirSync(join(table.location, "metadata"))).toHaveLength(5);
  });

  test("leaves a file of exactly the age that is allowed", async () => {
    const io = frozenIo();
    const table = await newTable(directory, io);
    await nodeFiles.write(join(table.location, "data", "orphan.parquet"), Buffer.alloc(1), startMs);
    io.time = startMs + 3 * dayMs;

    expect(await removeUnreferencedFiles(table, settings)).toEqual({ removedFiles: 0, removedBytes: 0 });
  });

  test("leaves a file that is committed while it looks", async () => {
    const io = frozenIo();
    const table = await newTable(directory, io);
    await table.append([fakeDataFile(table)]);
    const late = fakeDataFile(table);
    await nodeFiles.seal(late.path, startMs);
    io.time = startMs + 10 * dayMs;
    const cleaner = await IcebergTable.open(table.location, {
      ...io,
      files: {
        ...nodeFiles,
        list: async (folder) => {
          const names = await nodeFiles.list(folder);
          if (folder.endsWith("data")) await table.append([late]);
          return names;
        },
      },
    });

    await removeUnreferencedFiles(cleaner, settings);

    expect(await nodeFiles.stat(late.path)).toBeDefined();
  });
});

test("a table that runs for fifteen days keeps a bounded number of files, and every row", async () => {
  const io = frozenIo();
  const table = await newTable(directory, io);
  const filesEachDay: number[] = [];
  const count = (folder: string) => readdirSync(join(table.location, folder)).length;
  for (let day = 0; day < 15; day++) {
    for (let commit = 0; commit < 4; commit++) {
      io.time += 6 * hourMs;
      await appendRows(table, 5, day * 20 + commit * 5);
    }
    await maintain(table, writer);
    filesEachDay.push(count("data") + count("metadata"));
  }

  expect(await recordCount(table)).toBe(15 * 20);
  expect(table.snapshots().length).toBeLessThanOrEqual(25);
  expect(Math.max(...filesEachDay.slice(10))).toBeLessThanOrEqual(Math.max(...filesEachDay.slice(5, 10)) + 5);
  for (const { snapshotId } of table.snapshots()) {
    for (const path of await paths(table, snapshotId)) expect(await nodeFiles.stat(path)).toBeDefined();
  }
});

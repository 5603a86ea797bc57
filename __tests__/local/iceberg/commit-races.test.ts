import { fork } from "node:child_process";
import { once } from "node:events";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { CommitConflictError } from "../../../local/iceberg/errors";
import { IcebergTable } from "../../../local/iceberg/table";
import { nodeFiles, type TableFiles } from "../../../local/iceberg/table-files";
import { columns, fakeDataFile, newTable, paths, temporaryDirectory } from "./table-fixture";

const directory = temporaryDirectory();

/** Does something right before each commit of a table, after its manifests were written. */
function beforeEachCommit(interfere: () => Promise<unknown>): TableFiles {
  return {
    ...nodeFiles,
    writeNew: async (path, bytes, modifiedMs) => {
      await interfere();
      return nodeFiles.writeNew(path, bytes, modifiedMs);
    },
  };
}

/** A line of snapshots, each the child of the one before it. */
function expectOneLine(table: IcebergTable): void {
  const snapshots = table.snapshots();
  expect(snapshots.map(({ sequenceNumber }) => sequenceNumber)).toEqual(
    snapshots.map((_, index) => index + 1),
  );
  for (const [index, { parentSnapshotId }] of snapshots.entries()) {
    expect(parentSnapshotId).toBe(snapshots[index - 1]?.snapshotId);
  }
}

test("an append that loses a race is made again on top of the winner", async () => {
  const winner = await newTable(directory);
  const winning = fakeDataFile(winner);
  let raced = false;
  const loser = await IcebergTable.open(winner.location, {
    files: beforeEachCommit(async () => {
      if (raced) return;
      raced = true;
      await winner.append([winning]);
    }),
  });
  const losing = fakeDataFile(loser);

  const snapshot = await loser.append([losing]);

  expect(snapshot).toMatchObject({
    sequenceNumber: 2,
    parentSnapshotId: winner.currentSnapshot()!.snapshotId,
  });
  expect(await paths(loser)).toEqual([winning.path, losing.path]);
  expectOneLine(loser);
});

test("a lost race leaves no files behind", async () => {
  const winner = await newTable(directory);
  let races = 3;
  const loser = await IcebergTable.open(winner.location, {
    files: beforeEachCommit(async () => {
      if (races-- > 0) await winner.append([fakeDataFile(winner)]);
    }),
  });

  await loser.append([fakeDataFile(loser)]);

  const referenced = await loser.referencedFiles();
  const avro = readdirSync(join(loser.location, "metadata")).filter((name) => !/\.json$|\.text$/.test(name));
  expect(
    avro.map((name) => join(loser.location, "metadata", name)).filter((path) => !referenced.has(path)),
  ).toEqual([]);
});

test("rejects an append that loses every race, with nothing committed", async () => {
  const table = await newTable(directory);
  const taken = Object.assign(new Error("taken"), { code: "EEXIST" });
  const loser = await IcebergTable.open(table.location, {
    files: beforeEachCommit(() => Promise.reject(taken)),
  });

  await expect(loser.append([fakeDataFile(loser)], { deliveryId: "lost" })).rejects.toThrow(
    CommitConflictError,
  );

  expect(await table.hasDelivery("lost")).toBe(false);
});

test("appends of one instance at once all succeed", async () => {
  const table = await newTable(directory);

  await Promise.all(Array.from({ length: 20 }, () => table.append([fakeDataFile(table)])));

  expect(await paths(table)).toHaveLength(20);
  expectOneLine(table);
});

test("a replacement gives way to appends, and to the loss of its files", async () => {
  const table = await newTable(directory);
  const [first, second] = [fakeDataFile(table), fakeDataFile(table)];
  await table.append([first, second]);
  const other = await IcebergTable.open(table.location, {
    files: beforeEachCommit(() => table.append([fakeDataFile(table)])),
  });

  const outrun = await other.replaceFiles([first, second], [fakeDataFile(other)]);
  await table.replaceFiles([first], [fakeDataFile(table)]);
  const pointless = await (
    await IcebergTable.open(table.location)
  ).replaceFiles([first], [fakeDataFile(table)]);

  expect([outrun, pointless]).toEqual([undefined, undefined]);
  expect(await paths(table)).not.toContain(first.path);
  expect(await paths(table)).toHaveLength(6);
});

test("a writer that slept while its version's name was used and removed commits on top of the newest", async () => {
  const awake = await newTable(directory);
  const asleep = await IcebergTable.open(awake.location);
  for (let count = 0; count < 60; count++) await awake.append([fakeDataFile(awake)]);
  expect(readdirSync(join(awake.location, "metadata"))).not.toContain("v2.metadata.json");
  const late = fakeDataFile(asleep);

  await asleep.append([late]);

  await awake.refresh();
  expect(asleep.version).toBe(62);
  expect(await paths(awake)).toHaveLength(61);
  expect(await paths(awake)).toContain(late.path);
  expect(readdirSync(join(awake.location, "metadata"))).not.toContain("v2.metadata.json");
});

test("a writer whose files have all been removed meanwhile still commits", async () => {
  const awake = await newTable(directory);
  await awake.append([fakeDataFile(awake)]);
  const asleep = await IcebergTable.open(awake.location);
  const list = readdirSync(join(awake.location, "metadata")).find((name) => name.startsWith("snap-"))!;
  await awake.append([fakeDataFile(awake)]);
  await awake.expireSnapshots(([oldest]) => [oldest!.snapshotId]);
  rmSync(join(awake.location, "metadata", list));

  await asleep.append([fakeDataFile(awake)]);

  expect(await paths(asleep)).toHaveLength(3);
});

test("processes that write to one table at once lose nothing", async () => {
  const location = join(directory, "many-processes");
  const table = await IcebergTable.openOrCreate(location, columns);
  const [writers, each] = [3, 15];
  const script = join(__dirname, "appending-process.ts");
  const children = Array.from({ length: writers }, (_, writer) =>
    fork(script, [location, String(writer), String(each)], { execArgv: ["--import", "tsx"] }),
  );
  await Promise.all(children.map((child) => once(child, "message")));

  for (const child of children) child.send("go");
  const exits = await Promise.all(children.map((child) => once(child, "exit")));
  await table.refresh();

  expect(exits.map(([code]) => code as unknown)).toEqual([0, 0, 0]);
  expect(await paths(table)).toHaveLength(writers * each);
  expect(table.currentSnapshot()!.summary["total-records"]).toBe(String(writers * each * 10));
  expectOneLine(table);
  for (let writer = 0; writer < writers; writer++) {
    expect(await table.hasDelivery(`${writer}-${each - 1}`)).toBe(true);
  }
});

import { cpSync } from "node:fs";
import { basename, join } from "node:path";
import { IcebergTable } from "../../../local/iceberg/table";
import { nodeFiles } from "../../../local/iceberg/table-files";
import { removeUnreferencedFiles } from "../../../local/iceberg/unreferenced-files";
import { faultyFiles, type Fault, type FaultyFiles } from "./faulty-files";
import {
  columns,
  fakeDataFile,
  frozenIo,
  hourMs,
  paths,
  temporaryDirectory,
  versionHint,
} from "./table-fixture";

// Every operation is stopped at each of its calls to the file system in turn. Whatever is left must open as the table
// before the operation or as the one after it, and must go on from there.

const directory = temporaryDirectory();
const faults: readonly Fault[] = ["disk full", "killed during", "killed after"];
const deliveryId = "the-delivery";
let locations = 0;

interface Operation {
  readonly title: string;
  /** Commits before the operation. */
  readonly appends: number;
  readonly expiries?: number;
  readonly run: (table: IcebergTable) => Promise<unknown>;
}

const append: Operation["run"] = (table) => table.append([fakeDataFile(table)], { deliveryId });

const operations: readonly Operation[] = [
  { title: "the first append", appends: 0, run: append },
  {
    title: "an append that merges manifests and removes old metadata files",
    appends: 16,
    expiries: 5,
    run: append,
  },
  {
    title: "a replacement",
    appends: 3,
    run: async (table) => {
      const [first, second] = await table.dataFiles();
      return table.replaceFiles([first!, second!], [fakeDataFile(table, { recordCount: 20 })]);
    },
  },
  {
    title: "an expiry",
    appends: 3,
    run: (table) => table.expireSnapshots((retained) => retained.map(({ snapshotId }) => snapshotId)),
  },
  {
    title: "a new column",
    appends: 1,
    run: (table) => {
      const added = { name: "added", type: "string", required: false, meaning: "" } as const;
      return IcebergTable.openOrCreate(table.location, [...columns, added], table.io);
    },
  },
];

async function tableWith(appends: number, expiries = 0): Promise<IcebergTable> {
  const table = await IcebergTable.openOrCreate(newLocation(), columns, frozenIo());
  for (let count = 0; count < appends; count++) {
    await table.append([fakeDataFile(table)], { deliveryId: `before-${count}` });
  }
  for (let count = 0; count < expiries; count++) {
    await table.expireSnapshots(([oldest]) => [oldest!.snapshotId]);
  }
  return table;
}

function newLocation(): string {
  return join(directory, `table-${++locations}`);
}

/** Opens a copy of a table, with ids that its first writer did not give out. */
async function openCopy(table: IcebergTable, location = newLocation(), writer = "copy") {
  cpSync(table.location, location, { recursive: true, preserveTimestamps: true });
  return openAs(writer, location);
}

async function openAs(
  writer: string,
  location: string,
): Promise<{ table: IcebergTable; files: FaultyFiles }> {
  const files = faultyFiles();
  const io = frozenIo(files);
  const table = await IcebergTable.open(location, {
    ...io,
    uuid: () => `${writer}-${io.uuid()}`,
    snapshotId: () => io.snapshotId() + (writer === "restarted" ? 5000 : 0),
  });
  return { table, files };
}

/** What a reader could see of the table. */
async function state(location: string): Promise<string> {
  const table = await IcebergTable.open(location);
  const snapshots = table.snapshots();
  const files = await Promise.all(snapshots.slice(-2).map(({ snapshotId }) => paths(table, snapshotId)));
  return JSON.stringify([table.version, table.columns, snapshots, files]).replaceAll(location, "");
}

/** Numbers of the calls, from 1, without those that only read on after another read: they leave the same behind. */
function distinct(calls: readonly string[]): number[] {
  return calls.flatMap((name, index) => (name === "read" && calls[index - 1] === "read" ? [] : index + 1));
}

describe.each(operations)("$title", ({ appends, expiries, run }) => {
  test.each(faults)("leaves the old or the new table when the file system fails: %s", async (fault) => {
    const base = await tableWith(appends, expiries);
    const before = await state(base.location);
    const whole = await openCopy(base);
    whole.files.arm();
    await run(whole.table);
    const calls = whole.files.calls();
    const after = await state(whole.table.location);
    const seen = new Set<string>();

    for (const at of distinct(calls)) {
      const { table, files } = await openCopy(base);
      files.arm(at, fault);
      const outcome = await run(table).then(
        () => "done",
        () => "failed",
      );

      const left = await state(table.location);
      expect([before, after]).toContain(left);
      if (outcome === "done") expect(left).toBe(after);
      seen.add(left);
    }

    expect(before).not.toBe(after);
    expect(seen).toContain(after);
    // An operation whose first call is its commit leaves nothing old after it.
    if (fault !== "killed after") expect(seen).toContain(before);
  });
});

describe("an append that was stopped", () => {
  test.each(faults)("is delivered once when it is tried again, after: %s", async (fault) => {
    const base = await tableWith(1);
    let at = 0;
    for (let reached = true; reached;) {
      const { table, files } = await openCopy(base);
      const file = fakeDataFile(table);
      files.arm(++at, fault);
      await table.append([file], { deliveryId }).catch(() => undefined);
      reached = files.calls().length >= at;
      files.arm();

      const restarted = fault === "disk full" ? table : (await openAs("restarted", table.location)).table;
      if (!(await restarted.hasDelivery(deliveryId))) await restarted.append([file], { deliveryId });

      const found = await paths(await IcebergTable.open(table.location));
      expect(found).toHaveLength(2);
      expect(found).toContain(file.path);
      // Where readers look that do not search for the newest metadata file.
      expect(versionHint(table)).toBe(String(restarted.version));
    }
    expect(at).toBeGreaterThan(5);
  });

  test("leaves files behind that maintenance removes, and nothing else of the table", async () => {
    const base = await tableWith(1);
    const { location } = base;
    for (let at = 1; at <= 5; at++) {
      const { table, files } = await openAs(`crashing-${at}`, location);
      files.arm(at, "killed during");
      await table.append([fakeDataFile(table)]).catch(() => undefined);
    }
    const before = await state(location);
    const io = { ...frozenIo(), now: () => Date.now() + 4 * 24 * hourMs };
    const table = await IcebergTable.open(location, io);

    const { removedFiles } = await removeUnreferencedFiles(table, { unreferencedFileAgeMs: 3 * 24 * hourMs });

    const left = [
      ...(await nodeFiles.list(join(location, "data"))),
      ...(await nodeFiles.list(join(location, "metadata"))),
    ];
    const referenced = [...(await table.referencedFiles())].map((path) => basename(path));
    const metadata = left.filter((name) => /^v\d+\.metadata\.json$/.test(name));
    expect(removedFiles).toBeGreaterThan(5);
    expect(left.sort()).toEqual([...referenced, ...metadata, "version-hint.text"].sort());
    expect(await state(location)).toBe(before);
  });
});

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { removeEarlierRun } from "../../../local/replay-warehouse";
import { warehouse, type Warehouse } from "../../../local/warehouse";
import { pipelineNames } from "../../../pipeline/names";

const root = mkdtempSync(join(tmpdir(), "replay-warehouse-test-"));
let warehouses = 0;

afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

const newRoot = () => join(root, `warehouse-${++warehouses}`);

function write(path: string): string {
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, "content");
  return path;
}

/** What a run leaves behind. */
function fill({ tableLocation, errorBucket, streamDirectory }: Warehouse): string[] {
  return [
    write(join(tableLocation, "metadata", "v1.metadata.json")),
    write(join(tableLocation, "data", "a.parquet")),
    write(join(errorBucket, "errors", "iceberg-failed", "2026", "object")),
    write(join(streamDirectory, "4733a151-c530-45c1-92d8-8559ce605839.ndjson")),
  ];
}

test("removes everything that an earlier run left", async () => {
  const store = warehouse(newRoot(), pipelineNames("one"));
  const files = fill(store);

  await removeEarlierRun(store);

  expect(files.filter((file) => existsSync(file))).toEqual([]);
});

test("leaves other stacks and other files of the warehouse alone", async () => {
  const folder = newRoot();
  fill(warehouse(folder, pipelineNames("one")));
  const others = [...fill(warehouse(folder, pipelineNames("other"))), write(join(folder, "notes.txt"))];

  await removeEarlierRun(warehouse(folder, pipelineNames("one")));

  expect(others.filter((file) => !existsSync(file))).toEqual([]);
});

test("does nothing where there is nothing", async () => {
  const folder = newRoot();

  await removeEarlierRun(warehouse(folder, pipelineNames("one")));

  expect(existsSync(folder)).toBe(false);
});

describe("rejects, and removes nothing,", () => {
  test.each([
    [
      "a foreign file beside the table's folders",
      ({ tableLocation }: Warehouse) => join(tableLocation, "thesis.doc"),
    ],
    ["a foreign file in the error bucket", ({ errorBucket }: Warehouse) => join(errorBucket, "thesis.doc")],
    [
      "a foreign file among the buffers",
      ({ streamDirectory }: Warehouse) => join(streamDirectory, "thesis.doc"),
    ],
  ])("%s", async (_where, place) => {
    const store = warehouse(newRoot(), pipelineNames("one"));
    const files = [...fill(store), write(place(store))];

    await expect(removeEarlierRun(store)).rejects.toThrow('"thesis.doc"');

    expect(files.filter((file) => !existsSync(file))).toEqual([]);
  });

  test("a link that leads out of the warehouse", async () => {
    const store = warehouse(newRoot(), pipelineNames("one"));
    const outside = newRoot();
    const precious = fill(warehouse(outside, pipelineNames("one")));
    mkdirSync(store.root);
    symlinkSync(join(outside, "s3tablescatalog"), join(store.root, "s3tablescatalog"));

    await expect(removeEarlierRun(store)).rejects.toThrow("is not a folder");

    for (const file of precious) expect(readFileSync(file, "utf8")).toBe("content");
  });

  test("a file where a folder should be", async () => {
    const store = warehouse(newRoot(), pipelineNames("one"));
    write(store.errorBucket);

    await expect(removeEarlierRun(store)).rejects.toThrow("is not a folder");

    expect(existsSync(store.errorBucket)).toBe(true);
  });
});

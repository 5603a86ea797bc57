import { rmSync, writeFileSync } from "node:fs";
import { IcebergTable } from "../../../local/iceberg/table";
import { nodeFiles } from "../../../local/iceberg/table-files";
import { keptMetadataFiles } from "../../../local/iceberg/table-metadata";
import {
  columns,
  fakeDataFile,
  newTable,
  temporaryDirectory,
  versionHint,
  versionHintPath,
} from "./table-fixture";

const directory = temporaryDirectory();

function setVersionHint(table: IcebergTable, hint: string | undefined): void {
  if (hint === undefined) rmSync(versionHintPath(table));
  else writeFileSync(versionHintPath(table), hint);
}

describe.each([
  ["missing", undefined],
  ["behind", "1"],
  ["empty", ""],
  ["no number", "x7"],
  ["ahead", "99"],
])("a version hint that is %s", (_state, hint) => {
  test("does not keep the newest version from being found", async () => {
    const table = await newTable(directory);
    for (let count = 0; count < 3; count++) await table.append([fakeDataFile(table)]);
    setVersionHint(table, hint);

    const opened = await IcebergTable.open(table.location);

    expect(opened.version).toBe(4);
    expect(opened.snapshots()).toEqual(table.snapshots());
  });

  test.each([
    ["a writer opens the table", (location: string) => IcebergTable.openOrCreate(location, columns)],
    [
      "the table is asked for a delivery",
      async (location: string) => (await IcebergTable.open(location)).hasDelivery("some delivery"),
    ],
  ])("is mended when %s", async (_what, use) => {
    const table = await newTable(directory);
    await table.append([fakeDataFile(table)]);
    setVersionHint(table, hint);

    await use(table.location);

    expect(versionHint(table)).toBe("2");
  });
});

test("a version hint that cannot be written is left as it is", async () => {
  const table = await newTable(directory);
  await table.append([fakeDataFile(table)]);
  setVersionHint(table, "1");
  const full = { ...nodeFiles, replace: () => Promise.reject(new Error("no space left")) };

  const opened = await IcebergTable.openOrCreate(table.location, columns, { files: full });

  expect(opened.version).toBe(2);
  expect(versionHint(table)).toBe("1");
});

test.each([1, 2 * keptMetadataFiles])(
  "the version hint is right when %s commits overtake a writer that is about to write it",
  async (commits) => {
    const other = await newTable(directory);
    let overtaken = false;
    const slow = await IcebergTable.open(other.location, {
      files: {
        ...nodeFiles,
        replace: async (path, bytes, modifiedMs) => {
          for (let count = 0; count < commits && !overtaken; count++)
            await other.append([fakeDataFile(other)]);
          overtaken = true;
          return nodeFiles.replace(path, bytes, modifiedMs);
        },
      },
    });

    await slow.append([fakeDataFile(slow)]);

    expect(other.version).toBe(2 + commits);
    expect(versionHint(other)).toBe(String(other.version));
  },
);

import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { IcebergTable } from "../../../local/iceberg/table";
import type { TableIo } from "../../../local/iceberg/table-io";
import { nodeFiles, type TableFiles } from "../../../local/iceberg/table-files";
import type { Column } from "../../../pipeline/sensor-reading";

export { fakeDataFile } from "./data-file-fixture";

export const hourMs = 60 * 60 * 1000;
export const startMs = Date.UTC(2026, 0, 1);

export const columns: readonly Column[] = [
  { name: "id", type: "long", required: false, meaning: "Number of the row" },
  { name: "name", type: "string", required: false, meaning: "Its name" },
  { name: "level", type: "double", required: false, meaning: "Its level" },
  { name: "open", type: "boolean", required: false, meaning: "Whether it is open" },
];

export interface Row {
  readonly id: number | null;
  readonly name: string | null;
  readonly level: number | null;
  readonly open: boolean | null;
}

export function rows(count: number, from = 0): Row[] {
  return Array.from({ length: count }, (_, index) => {
    const id = from + index;
    return { id, name: `row ${id}`, level: id + 0.5, open: id % 2 === 0 };
  });
}

/** A folder that is gone after the tests of the file. */
export function temporaryDirectory(): string {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), "iceberg-test-")));
  afterAll(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  return directory;
}

export interface FrozenIo extends TableIo {
  /** What the clock says; stands still until it is set. */
  time: number;
}

/** A clock that stands still, and ids that are counted. */
export function frozenIo(files: TableFiles = nodeFiles): FrozenIo {
  let uuids = 0;
  let snapshots = 0;
  const io: FrozenIo = {
    time: startMs,
    now: () => io.time,
    uuid: () => `00000000-0000-4000-8000-${String(++uuids).padStart(12, "0")}`,
    snapshotId: () => 1000 + ++snapshots,
    files,
  };
  return io;
}

let tables = 0;

/** A table of its own in a folder of its own. */
export async function newTable(
  directory: string,
  io: Partial<TableIo> = frozenIo(),
  tableColumns: readonly Column[] = columns,
): Promise<IcebergTable> {
  return IcebergTable.openOrCreate(join(directory, `table-${++tables}`), tableColumns, io);
}

let inputs = 0;

/** Writes values as newline-delimited JSON and returns the path. */
export function ndjson(directory: string, values: readonly object[]): string {
  return ndjsonText(directory, values.map((value) => `${JSON.stringify(value)}\n`).join(""));
}

export function ndjsonText(directory: string, text: string): string {
  const path = join(directory, `input-${++inputs}.ndjson`);
  writeFileSync(path, text);
  return path;
}

export async function paths(table: IcebergTable, snapshotId?: number): Promise<string[]> {
  return (await table.dataFiles(snapshotId)).map(({ path }) => path);
}

export function versionHintPath({ location }: IcebergTable): string {
  return join(location, "metadata/version-hint.text");
}

export function versionHint(table: IcebergTable): string {
  return readFileSync(versionHintPath(table), "utf8");
}

import { createReadStream } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { PipelineNames } from "../pipeline/names";
import { settings } from "../pipeline/settings";
import type { IcebergTable } from "./iceberg/table";
import { openTable } from "./query/open-table";
import { QuerySession } from "./query/query-session";
import type { Warehouse } from "./warehouse";

/** What is on disk, found by reading it: no counter that the pipeline kept. */
export interface Accounts {
  /** Rows of the table, every column of each read. */
  readonly rows: number;
  /** Seconds since the Unix epoch; undefined when the table is empty. */
  readonly newestTimestamp: number | undefined;
  /** Failed records in the error bucket, by error code. */
  readonly failed: ReadonlyMap<string, number>;
}

export const emptyAccounts: Accounts = { rows: 0, newestTimestamp: undefined, failed: new Map() };

export async function readAccounts(
  { tableLocation, errorBucket }: Warehouse,
  names: PipelineNames,
): Promise<Accounts> {
  const session = await QuerySession.open(names, await openTable(tableLocation));
  try {
    const sql = `SELECT count(hash(readings)), max("timestamp") FROM ${names.athenaTable} AS readings`;
    const [[rows, newest] = []] = (await session.run(sql)).rows;
    return {
      rows: Number(rows),
      newestTimestamp: typeof newest === "number" ? newest : undefined,
      failed: await failedRecords(errorBucket),
    };
  } finally {
    session.close();
  }
}

export function totalOf(failed: ReadonlyMap<string, number>): number {
  return [...failed.values()].reduce((total, count) => total + count, 0);
}

async function failedRecords(errorBucket: string): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  const { errorPrefix, errorOutputType } = settings.deliveryStream;
  for await (const line of linesBelow(join(errorBucket, errorPrefix, errorOutputType))) {
    const { errorCode } = JSON.parse(line) as { readonly errorCode: string };
    counts.set(errorCode, (counts.get(errorCode) ?? 0) + 1);
  }
  return counts;
}

async function* linesBelow(folder: string): AsyncGenerator<string> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of found.filter((one) => one.isFile())) {
    yield* createInterface({ input: createReadStream(join(entry.parentPath, entry.name)) });
  }
}

/** What the table's metadata says of its size. */
export interface TableSize {
  readonly snapshots: number;
  readonly dataFiles: number;
  readonly bytes: number;
}

export async function tableSize(table: IcebergTable): Promise<TableSize> {
  const files = await table.dataFiles();
  return {
    snapshots: table.snapshots().length,
    dataFiles: files.length,
    bytes: files.reduce((bytes, { fileSizeBytes }) => bytes + fileSizeBytes, 0),
  };
}

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { pipelineNames } from "../../../pipeline/names";
import { sensorReadingColumns } from "../../../pipeline/sensor-reading";
import { QuerySession } from "../../../local/query/query-session";
import type { QueryLimits, TableContents } from "../../../local/query/session-setup";
import type { Clock } from "../../../local/clock/clock";

export const names = pipelineNames("test-stack");

export const readingColumns: TableContents["columns"] = sensorReadingColumns.map(({ name, type }, index) => ({
  fieldId: index + 1,
  name,
  type,
}));

/** A temporary folder that is gone after the test file. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "query-test-"));
  afterAll(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  return directory;
}

/** Writes a query's rows as Parquet with the given field ids, by the name of the column. */
export async function writeParquet(
  path: string,
  select: string,
  fieldIds: Readonly<Record<string, number>>,
): Promise<string> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const ids = Object.entries(fieldIds).map(([name, id]) => `"${name}": ${id}`);
  const target = path.replaceAll("'", "''");
  await connection.run(`COPY (${select}) TO '${target}' (FORMAT parquet, FIELD_IDS {${ids.join(", ")}})`);
  connection.closeSync();
  instance.closeSync();
  return path;
}

const open: QuerySession[] = [];

/** A session that is closed after the test. */
export async function openSession(
  contents: Partial<TableContents> = {},
  limits: Partial<QueryLimits> = {},
  clock?: Clock,
): Promise<QuerySession> {
  const session = await QuerySession.open(
    names,
    { columns: readingColumns, files: [], snapshots: [], ...contents },
    { memoryMib: 256, timeoutMs: 60_000, rows: 10_000, characters: 2 ** 27, ...limits },
    clock,
  );
  open.push(session);
  return session;
}

export function closeSessions(): void {
  for (const session of open.splice(0)) session.close();
}

/** The rows of one query. */
export async function rowsOf(session: QuerySession, sql: string): Promise<unknown> {
  return (await session.run(sql)).rows;
}

import { DuckDBInstance, type DuckDBConnection } from "@duckdb/node-api";
import type { PipelineNames } from "../../pipeline/names";
import type { ColumnType } from "../../pipeline/sensor-reading";
import { systemClock, type Clock } from "../clock/clock";
import { assertOneQuestion } from "./one-question";
import { engineError, QueryLimitError } from "./query-error";
import { athenaType, toCell, type Cell, type QueryResult } from "./query-result";
import { createMacro, trinoFunctions } from "./trino-functions";

/** What one snapshot of the table holds. */
export interface TableContents {
  readonly columns: readonly {
    readonly fieldId: number;
    readonly name: string;
    readonly type: ColumnType;
  }[];
  /** Absolute paths of its Parquet files. */
  readonly files: readonly string[];
}

/** What one query may take. */
export interface QueryLimits {
  readonly memoryMib: number;
  readonly timeoutMs: number;
  /** Rows that are handed out; the result says when there were more. */
  readonly rows: number;
}

/** For somebody at a terminal with their own data. */
export const terminalLimits: QueryLimits = { memoryMib: 1024, timeoutMs: 5 * 60_000, rows: 1_000_000 };

const interruptAgainMs = 50;

const sqlTypes: Readonly<Record<ColumnType, string>> = {
  string: "VARCHAR",
  long: "BIGINT",
  double: "DOUBLE",
  boolean: "BOOLEAN",
};

const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;
const identifier = (name: string) => `"${name.replaceAll('"', '""')}"`;

/**
 * SQL over one snapshot of the table, as Athena would answer it: the catalog "s3tablescatalog/...", its schema and
 * table, and Trino's functions. Reads the snapshot's files and nothing else: no other file, no network, no extension.
 */
export class QuerySession {
  #last: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly instance: DuckDBInstance,
    private readonly connection: DuckDBConnection,
    private readonly limits: QueryLimits,
    private readonly clock: Clock,
  ) {}

  static async open(
    names: PipelineNames,
    contents: TableContents,
    limits: QueryLimits = terminalLimits,
    clock: Clock = systemClock,
  ): Promise<QuerySession> {
    const instance = await DuckDBInstance.create(":memory:");
    const connection = await instance.connect();
    await connection.run(
      [
        catalog(names),
        view(names, contents),
        ...trinoFunctions.map(createMacro),
        lock(contents, limits),
      ].join(";\n"),
    );
    return new QuerySession(instance, connection, limits, clock);
  }

  /**
   * Answers one query. Calls are answered one after the other.
   *
   * @throws RefusedQueryError when it is not one SELECT; QueryLimitError when it takes too long or too much;
   *   QueryError with the engine's message for everything else that is wrong with it
   */
  run(sql: string): Promise<QueryResult> {
    const answer = this.#last.then(() => this.#answer(sql));
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  close(): void {
    this.connection.closeSync();
    this.instance.closeSync();
  }

  async #answer(sql: string): Promise<QueryResult> {
    const { timeoutMs } = this.limits;
    const begun = this.clock.now();
    const isOverdue = () => this.clock.now() - begun >= timeoutMs;
    const interrupt = () => {
      this.connection.interrupt();
      // Between two statements the engine has nothing to interrupt and forgets that it was told to.
      timer = this.clock.setTimeout(interrupt, interruptAgainMs);
    };
    let timer = this.clock.setTimeout(interrupt, timeoutMs);
    try {
      await assertOneQuestion(this.connection, sql);
      const answer = await this.#read(sql);
      return { ...answer, elapsedMs: this.clock.now() - begun };
    } catch (error) {
      if (!isOverdue()) throw error;
      throw new QueryLimitError(`The query took longer than ${timeoutMs / 1000} s and was stopped.`);
    } finally {
      this.clock.clearTimeout(timer);
    }
  }

  async #read(sql: string): Promise<Omit<QueryResult, "elapsedMs">> {
    try {
      const result = await this.connection.stream(sql);
      const types = result.columnTypes();
      const columns = result.deduplicatedColumnNames().map((name, index) => {
        const type = types[index];
        return { name, type: type ? athenaType(type) : "unknown" };
      });
      const rows: Cell[][] = [];
      for await (const chunk of result.yieldConvertedRows(toCell)) {
        rows.push(...chunk);
        if (rows.length > this.limits.rows) break;
      }
      const truncated = rows.length > this.limits.rows;
      return { columns, rows: truncated ? rows.slice(0, this.limits.rows) : rows, truncated };
    } catch (error) {
      throw engineError(error, sql);
    }
  }
}

function catalog({ catalog: name, namespace }: PipelineNames): string {
  return [
    `ATTACH ':memory:' AS ${identifier(name)}`,
    `CREATE SCHEMA ${identifier(name)}.${identifier(namespace)}`,
    `USE ${identifier(name)}.${identifier(namespace)}`,
  ].join(";\n");
}

/**
 * The table, its columns found by field id and not by name, so that a column added later is null in older files
 * (Iceberg spec, "Column Projection").
 */
function view({ table }: PipelineNames, { columns, files }: TableContents): string {
  const fields = columns.map(({ fieldId, name, type }) => {
    return `${fieldId}: {name: ${literal(name)}, type: ${literal(sqlTypes[type])}, default_value: NULL}`;
  });
  const nulls = columns.map(({ name, type }) => `NULL::${sqlTypes[type]} AS ${identifier(name)}`);
  const rows =
    files.length > 0
      ? `SELECT * FROM read_parquet([${files.map(literal).join(", ")}], schema = MAP {${fields.join(", ")}})`
      : `SELECT ${nulls.join(", ")} WHERE false`;
  return `CREATE VIEW ${identifier(table)} AS ${rows}`;
}

/** Trino's meaning where a setting gives it, then the limits, then no way back. */
function lock({ files }: TableContents, { memoryMib }: QueryLimits): string {
  return [
    "SET TimeZone = 'UTC'",
    "SET integer_division = true",
    `SET memory_limit = '${memoryMib}MiB'`,
    // Nothing spills to disk: a query that needs more memory fails instead.
    "SET temp_directory = ''",
    `SET allowed_paths = [${files.map(literal).join(", ")}]`,
    "SET autoinstall_known_extensions = false",
    "SET autoload_known_extensions = false",
    "SET allow_community_extensions = false",
    "SET enable_external_access = false",
    "SET lock_configuration = true",
  ].join(";\n");
}

import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import type { PipelineNames } from "../../pipeline/names";
import { systemClock, type Clock } from "../clock/clock";
import { athenaValues, type AthenaValues } from "./athena-values";
import { assertOneQuestion } from "./one-question";
import { engineError, overdueError, QueryLimitError } from "./query-error";
import { sessionSetup, type QueryLimits, type TableContents } from "./session-setup";
import type { Cell, QueryResult } from "./query-result";

/**
 * Characters of the longest query. The engine's limits on memory and time do not hold while it binds a text of a
 * hundred thousand.
 */
export const longestQuery = 65_536;

/** For somebody at a terminal with their own data. */
export const terminalLimits: QueryLimits = {
  memoryMib: 1024,
  timeoutMs: 5 * 60_000,
  rows: 1_000_000,
  characters: 2 ** 27,
};

const interruptAgainMs = 50;

/**
 * SQL over one snapshot of the table, as Athena would answer it: the catalog "s3tablescatalog/...", its schema and
 * table, and Trino's functions. Reads the snapshot's files and nothing else: no other file, no network, no extension.
 */
export class QuerySession {
  #last: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly instance: DuckDBInstance,
    private readonly connection: DuckDBConnection,
    private readonly values: AthenaValues,
    private readonly limits: QueryLimits,
    private readonly clock: Clock,
  ) {}

  static async open(
    names: PipelineNames,
    contents: TableContents,
    limits: QueryLimits = terminalLimits,
    clock: Clock = systemClock,
  ): Promise<QuerySession> {
    const duckDb = await import("@duckdb/node-api");
    const instance = await duckDb.DuckDBInstance.create(":memory:");
    const connection = await instance.connect();
    await connection.run(sessionSetup(names, contents, limits));
    return new QuerySession(instance, connection, athenaValues(duckDb), limits, clock);
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
      if (sql.length > longestQuery) {
        throw new QueryLimitError(
          `The query is longer than ${longestQuery.toLocaleString("en-US")} characters.`,
        );
      }
      await assertOneQuestion(this.connection, sql);
      const answer = await this.#read(sql);
      return { ...answer, elapsedMs: this.clock.now() - begun };
    } catch (error) {
      if (!isOverdue()) throw error;
      throw overdueError(timeoutMs);
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
        return { name, type: type ? this.values.typeName(type) : "unknown" };
      });
      const rows: Cell[][] = [];
      let characters = 0;
      for await (const chunk of result.yieldConvertedRows(this.values.toCell)) {
        for (const row of chunk) {
          characters += charactersIn(row);
          if (rows.length === this.limits.rows || characters > this.limits.characters) {
            return { columns, rows, truncated: true };
          }
          rows.push(row);
        }
      }
      return { columns, rows, truncated: false };
    } catch (error) {
      throw engineError(error, sql);
    }
  }
}

/** About what a cell takes as text. */
function charactersIn(cell: Cell): number {
  if (typeof cell === "string") return cell.length;
  if (typeof cell !== "object" || cell === null) return 8;
  return Object.values(cell).reduce<number>((sum, part) => sum + charactersIn(part), 2);
}

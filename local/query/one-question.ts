import type { DuckDBConnection } from "@duckdb/node-api";
import { engineError, RefusedQueryError } from "./query-error";

/** DuckDB's own account of a parsed text. https://duckdb.org/docs/data/json/sql_to_and_from_json */
interface SerializedSql {
  readonly error: boolean;
  readonly error_type?: string;
  readonly statements?: readonly unknown[];
}

/**
 * Table functions that only make rows. All others are refused, because some change the session or write files
 * (`enable_logging`), run text as SQL (`query`), or read files, which the session's lock refuses a second time.
 */
const harmlessTableFunctions: ReadonlySet<string> = new Set(["unnest", "range", "generate_series"]);

/** Scalar functions that do something beside computing a value. */
const harmfulFunctions: ReadonlySet<string> = new Set(["write_log"]);

/**
 * Lets through one SELECT (or WITH, VALUES, SHOW, DESCRIBE) that calls no function with a side effect.
 * The engine's own parser decides, not a search for words.
 *
 * @throws RefusedQueryError for anything else; QueryError for a syntax error
 */
export async function assertOneQuestion(connection: DuckDBConnection, sql: string): Promise<void> {
  const { error, error_type: errorType, statements = [] } = await serialize(connection, sql);
  if (errorType === "parser") {
    // Parsing again is how the engine says where: the serialized form has only a byte offset.
    await connection.extractStatements(sql).catch((syntaxError: unknown) => {
      throw engineError(syntaxError, sql);
    });
  }
  if (error) {
    throw new RefusedQueryError(
      "Queries are read-only: only SELECT (with WITH, VALUES, SHOW TABLES and DESCRIBE) can be run here.",
    );
  }
  if (statements.length === 0) throw new RefusedQueryError("The query is empty.");
  if (statements.length > 1) {
    throw new RefusedQueryError(`One statement at a time: received ${statements.length}.`);
  }
  assertHarmless(statements[0]);
}

async function serialize(connection: DuckDBConnection, sql: string): Promise<SerializedSql> {
  try {
    const reader = await connection.runAndReadAll("SELECT json_serialize_sql($1::VARCHAR)", [sql]);
    return JSON.parse(String(reader.getRows()[0]?.[0])) as SerializedSql;
  } catch (error) {
    throw engineError(error, sql);
  }
}

function assertHarmless(node: unknown, isTableFunction = false): void {
  if (Array.isArray(node)) {
    for (const child of node) assertHarmless(child);
    return;
  }
  if (typeof node !== "object" || node === null) return;
  const { type, function_name: name } = node as { type?: unknown; function_name?: unknown };
  if (typeof name === "string") {
    const allowed = isTableFunction ? harmlessTableFunctions.has(name) : !harmfulFunctions.has(name);
    if (!allowed) throw new RefusedQueryError(`A query here may read the table only: ${name}() is refused.`);
  }
  for (const [key, child] of Object.entries(node)) {
    assertHarmless(child, type === "TABLE_FUNCTION" && key === "function");
  }
}

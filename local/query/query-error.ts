import { UserError } from "../cli/user-error";

/** Where in the SQL text the engine stumbled, both from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A query that could not be answered. The message is the engine's, with the line and a caret below the place. */
export class QueryError extends UserError {
  override readonly name = "QueryError";
  constructor(
    message: string,
    readonly position?: Position,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A query that is not one question to the table: refused before the engine runs it. */
export class RefusedQueryError extends QueryError {}

/** A query that reached a limit of its session: time, memory or size. */
export class QueryLimitError extends QueryError {}

export function overdueError(timeoutMs: number): QueryLimitError {
  return new QueryLimitError(`The query took longer than ${timeoutMs / 1000} s and was stopped.`);
}

const timeTravel = /\bFOR\s+(?:TIMESTAMP|SYSTEM_TIME|VERSION|SYSTEM_VERSION)\s+AS\s+OF\b/i;

/** @param sql the text that the engine was given, which its message quotes in part */
export function engineError(error: unknown, sql: string): QueryError {
  const message = (error instanceof Error ? error.message : String(error)).replace(/^Error: /, "").trimEnd();
  const options = { cause: error };
  if (message.startsWith("Out of Memory")) {
    const [firstLine] = message.split("\n");
    return new QueryLimitError(
      `The query needs more memory than it may take. ${firstLine}`,
      undefined,
      options,
    );
  }
  const hint = timeTravel.test(sql)
    ? "\n\nFOR ... AS OF works in Athena only. Here the whole query is asked of one moment: with --as-of TIME or " +
      "--snapshot ID at the terminal, with Show beside a snapshot on the dashboard's page."
    : "";
  return new QueryError(message + hint, positionIn(message, sql), options);
}

/**
 * The engine quotes `LINE 2: ...` and sets a caret below it. A long line is quoted from `...` on, so that the
 * caret's column counts from there: the quoted text is looked up in the query.
 */
function positionIn(message: string, sql: string): Position | undefined {
  const [, prefix = "", number, quoted = "", indent = ""] =
    /^(LINE (\d+): )(.*)\n( *)\^/m.exec(message) ?? [];
  const text = sql.split("\n")[Number(number) - 1];
  if (text === undefined) return undefined;
  const shown = quoted.startsWith("...") ? quoted.slice(3) : quoted;
  const offset = text.indexOf(shown.endsWith("...") ? shown.slice(0, -3) : shown);
  const column = indent.length - prefix.length - (quoted.length - shown.length) + Math.max(offset, 0) + 1;
  return { line: Number(number), column };
}

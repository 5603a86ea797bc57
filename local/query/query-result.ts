import type { Json } from "@duckdb/node-api";

/** A value as JSON can hold it. Times are text as Athena prints them; whole numbers beyond 2^53 are text. */
export type Cell = Json;

export interface ResultColumn {
  readonly name: string;
  /** Athena's name of the type: `varchar`, `bigint`, `double`, `timestamp with time zone` ... */
  readonly type: string;
}

export interface QueryResult {
  readonly columns: readonly ResultColumn[];
  readonly rows: readonly (readonly Cell[])[];
  /** Whether there were more rows than the session's limit. */
  readonly truncated: boolean;
  readonly elapsedMs: number;
}

import type { PipelineNames } from "../../pipeline/names";
import type { Position } from "./query-error";
import type { QueryResult } from "./query-result";
import type { QueryLimits, TableContents } from "./session-setup";

// What a process that asks and the one that answers say to each other.

/** One query to one state of the table. */
export interface QueryRequest {
  readonly names: PipelineNames;
  readonly contents: TableContents;
  readonly sql: string;
  readonly limits: QueryLimits;
  /** What the answering process may take in all. */
  readonly processBytes: number;
}

export type QueryReply =
  | { readonly type: "result"; readonly result: QueryResult; readonly residentBytes: number }
  | { readonly type: "failure"; readonly failure: QueryFailure; readonly residentBytes: number }
  /** The process ends itself once this is sent. */
  | { readonly type: "outOfMemory"; readonly residentBytes: number };

/** An error, as it survives the way from one process to another. */
export interface QueryFailure {
  readonly kind: "refused" | "limit" | "query" | "unexpected";
  readonly message: string;
  readonly position: Position | undefined;
  readonly stack: string | undefined;
}

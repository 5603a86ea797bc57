import type { QueryFailure, QueryReply, QueryRequest } from "./query-messages";
import { QueryError, QueryLimitError, RefusedQueryError } from "./query-error";
import { QuerySession } from "./query-session";

// The process that a `QueryProcess` starts: answers one query after the other.

/** The engine takes about a gigabyte a second when it makes long strings. */
const watchMs = 5;

process.on("message", (request: QueryRequest) => void answer(request));
// Ends with whoever asks. An ordinary exit would wait for the engine, which may be busy for long.
process.on("disconnect", kill);
// Ctrl-C goes to both processes, and the other one decides what it means.
process.on("SIGINT", () => undefined);

async function answer(request: QueryRequest): Promise<void> {
  const watch = setInterval(() => {
    const residentBytes = process.memoryUsage.rss();
    if (residentBytes <= request.processBytes) return;
    clearInterval(watch);
    reply({ type: "outOfMemory", residentBytes }, kill);
  }, watchMs);
  try {
    const result = await run(request);
    reply({ type: "result", result, residentBytes: process.memoryUsage.rss() });
  } catch (error) {
    reply({ type: "failure", failure: failureOf(error), residentBytes: process.memoryUsage.rss() });
  } finally {
    clearInterval(watch);
  }
}

async function run({ names, contents, sql, limits }: QueryRequest) {
  const session = await QuerySession.open(names, contents, limits);
  try {
    return await session.run(sql);
  } finally {
    session.close();
  }
}

function reply(message: QueryReply, then: () => void = () => undefined): void {
  process.send?.(message, then);
}

function kill(): void {
  process.kill(process.pid, "SIGKILL");
}

function failureOf(error: unknown): QueryFailure {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const position = error instanceof QueryError ? error.position : undefined;
  return { kind: kindOf(error), message, position, stack };
}

function kindOf(error: unknown): QueryFailure["kind"] {
  if (error instanceof RefusedQueryError) return "refused";
  if (error instanceof QueryLimitError) return "limit";
  return error instanceof QueryError ? "query" : "unexpected";
}

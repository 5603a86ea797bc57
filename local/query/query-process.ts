import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { PipelineNames } from "../../pipeline/names";
import { systemClock, type Clock, type TimerHandle } from "../clock/clock";
import { overdueError, QueryError, QueryLimitError, RefusedQueryError } from "./query-error";
import type { QueryFailure, QueryReply, QueryRequest } from "./query-messages";
import type { QueryResult } from "./query-result";
import type { QueryLimits, TableContents } from "./session-setup";

const mebi = 2 ** 20;
/** The engine's share, and as much again for what it does not count, the rows on their way out, and Node.js. */
const processShares = 2;
/** Lets the engine stop by itself, which it cannot in the midst of one long string. */
const graceMs = 1_000;
const idleMs = 30_000;

/**
 * Asks the table in a process of its own. The engine's limits do not hold for everything that SQL can ask for: a
 * function that makes one long string neither counts towards its memory nor hears that it is interrupted. A process
 * can be ended at any time, and takes only the answer with it.
 *
 * The process is started when it is needed, and ended when it has not been needed for a while.
 */
export class QueryProcess {
  private child: ChildProcess | undefined;
  private idleTimer: TimerHandle;

  constructor(
    private readonly names: PipelineNames,
    private readonly limits: QueryLimits,
    private readonly clock: Clock = systemClock,
  ) {}

  /** The most that the process may take, in bytes. */
  get processBytes(): number {
    return processShares * this.limits.memoryMib * mebi;
  }

  /** The process's id while there is one. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  /**
   * Answers one query as a `QuerySession` does. One at a time: the next is asked when this one is answered.
   *
   * @param signal stops the query at once; the promise rejects with its reason
   * @throws RefusedQueryError, QueryLimitError or QueryError, as `QuerySession.run` does
   */
  async ask(contents: TableContents, sql: string, signal?: AbortSignal): Promise<QueryResult> {
    signal?.throwIfAborted();
    this.clock.clearTimeout(this.idleTimer);
    const { names, limits, processBytes } = this;
    this.child ??= this.start();
    try {
      return await this.answer(this.child, { names, contents, sql, limits, processBytes }, signal);
    } finally {
      this.idleTimer = this.clock.setTimeout(() => void this.close(), idleMs);
    }
  }

  /** Ends the process, and with it a query that is running. */
  async close(): Promise<void> {
    this.clock.clearTimeout(this.idleTimer);
    if (this.child) await this.end(this.child);
  }

  private async end(child: ChildProcess): Promise<void> {
    if (this.child === child) this.child = undefined;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  }

  private start(): ChildProcess {
    const child = fork(join(__dirname, "query-program.ts"), {
      execArgv: ["--require", require.resolve("tsx/cjs")],
      serialization: "advanced",
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    child.once("disconnect", () => {
      if (this.child === child) this.child = undefined;
    });
    return child;
  }

  private async answer(
    child: ChildProcess,
    request: QueryRequest,
    signal: AbortSignal | undefined,
  ): Promise<QueryResult> {
    const { timeoutMs } = request.limits;
    const overdue = new AbortController();
    const timer = this.clock.setTimeout(() => {
      overdue.abort(overdueError(timeoutMs));
    }, timeoutMs + graceMs);
    const stop = AbortSignal.any(signal ? [signal, overdue.signal] : [overdue.signal]);
    const end = () => void this.end(child);
    stop.addEventListener("abort", end);
    try {
      child.send(request);
      const reply = await replyOf(child, stop);
      // What it has taken it seldom gives back, and the next query may want it all.
      if (reply.residentBytes > request.processBytes / processShares) await this.end(child);
      if (reply.type === "result") return reply.result;
      throw reply.type === "failure" ? errorOf(reply.failure) : outOfMemory(reply.residentBytes);
    } finally {
      this.clock.clearTimeout(timer);
      stop.removeEventListener("abort", end);
    }
  }
}

async function replyOf(child: ChildProcess, stop: AbortSignal): Promise<QueryReply> {
  const replied = new AbortController();
  const options = { signal: AbortSignal.any([stop, replied.signal]) };
  try {
    return await Promise.race([
      once(child, "message", options).then(([reply]) => reply as QueryReply),
      // Comes after every message, which the end of the process need not.
      once(child, "disconnect", options).then(() => {
        throw new QueryError("The query could not be answered: the process that ran it has ended.");
      }),
    ]);
  } catch (error) {
    throw stop.aborted ? stop.reason : error;
  } finally {
    replied.abort();
  }
}

function outOfMemory(residentBytes: number): QueryLimitError {
  const taken = Math.round(residentBytes / mebi).toLocaleString("en-US");
  return new QueryLimitError(
    `The query needs more memory than it may take. It was stopped when its process had ${taken} MiB.`,
  );
}

const errorTypes = { refused: RefusedQueryError, limit: QueryLimitError, query: QueryError };

function errorOf({ kind, message, position, stack }: QueryFailure): Error {
  const error = kind === "unexpected" ? new Error(message) : new errorTypes[kind](message, position);
  if (stack !== undefined) error.stack = stack;
  return error;
}

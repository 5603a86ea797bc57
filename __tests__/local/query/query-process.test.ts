import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Clock } from "../../../local/clock/clock";
import { QueryError, QueryLimitError, RefusedQueryError } from "../../../local/query/query-error";
import { QueryProcess } from "../../../local/query/query-process";
import type { QueryLimits, TableContents } from "../../../local/query/session-setup";
import { names, readingColumns, temporaryDirectory, writeParquet } from "./parquet-fixture";

const limits: QueryLimits = { memoryMib: 192, timeoutMs: 60_000, rows: 10, characters: 1_000_000 };
const empty: TableContents = { columns: readingColumns, files: [], snapshots: [] };
const endless = "SELECT count(*) FROM range(10000000000) a, range(10000) b";
/** Takes many seconds, in which the engine hears nothing. */
const deaf = "SELECT length(repeat('x', 4000000000))";
const directory = temporaryDirectory();
const processes: QueryProcess[] = [];

function queryProcess(clock?: Clock): QueryProcess {
  const created = new QueryProcess(names, limits, clock);
  processes.push(created);
  return created;
}

afterEach(async () => {
  await Promise.all(processes.splice(0).map((created) => created.close()));
});

/** Fires when the test says so. */
class HandClock implements Clock {
  readonly timers = new Set<() => void>();
  now = () => 0;
  setTimeout = (callback: () => void) => {
    this.timers.add(callback);
    return callback;
  };
  clearTimeout = (handle: unknown) => {
    this.timers.delete(handle as () => void);
  };
  fire(): void {
    for (const callback of this.timers) callback();
  }
}

async function isGone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await nextTurn();
  }
}

test("answers as a session does, one query after the other in one process", async () => {
  const file = await writeParquet(
    join(directory, "readings.parquet"),
    `SELECT 'sensor-' || i AS sensor_id FROM range(3) t(i)`,
    { sensor_id: 1 },
  );
  const asked = queryProcess();

  const first = await asked.ask(
    { ...empty, files: [file] },
    `SELECT max(sensor_id) AS last FROM ${names.table}`,
  );
  const { pid } = asked;
  const second = await asked.ask(empty, "SELECT range FROM range(11)");

  expect(first).toMatchObject({ columns: [{ name: "last", type: "varchar" }], rows: [["sensor-2"]] });
  expect(second).toMatchObject({ truncated: true, rows: { length: 10 } });
  expect(asked.pid).toBe(pid);
});

test("rejects what a session rejects, with the same kind of error, message and place", async () => {
  const asked = queryProcess();

  await expect(asked.ask(empty, "DROP SCHEMA x")).rejects.toThrow(RefusedQueryError);
  await expect(asked.ask(empty, " ".repeat(70_000))).rejects.toThrow(
    new QueryLimitError("The query is longer than 65,536 characters."),
  );
  const syntax = asked.ask(empty, "SELECT\n  nothing");
  await expect(syntax).rejects.toThrow('Referenced column "nothing" was not found');
  await expect(syntax).rejects.toMatchObject({ name: "QueryError", position: { line: 2, column: 3 } });
});

describe("the memory of the process is limited, for", () => {
  test.each([
    ["one long string that a function makes", "SELECT length(repeat(repeat('x', 1000), 4000000))"],
    ["many of them", "SELECT count(*) FROM range(100000) t(i) WHERE repeat('x', 9000000 + i) > 'y'"],
    ["two that become one", "SELECT length(repeat(repeat('x', 1000), 300000) || repeat('y', 300000000))"],
    ["rows that are handed out", "SELECT repeat('x', 100000) FROM range(100000)"],
    ["a list", "SELECT list_sum(range(500000000))"],
    [
      "a recursion",
      "WITH RECURSIVE t(s) AS (SELECT repeat('x', 999) UNION ALL SELECT s || s FROM t) SELECT max(s) FROM t",
    ],
    ["what a group gathers", "SELECT string_agg(repeat('x', 100000)) FROM range(1000000)"],
    [
      "what has to be sorted",
      "SELECT i, repeat('x', 1000) AS s FROM range(10000000) t(i) ORDER BY s || i DESC",
    ],
  ])("rejects %s", async (_what, sql) => {
    const asked = queryProcess();

    const error: unknown = await asked.ask(empty, sql).catch((reason: unknown) => reason);

    expect(error).toBeInstanceOf(QueryLimitError);
    const { message } = error as QueryLimitError;
    expect(message).toMatch(/^The query needs more memory than it may take\. /);
    const [, mebibytes = "0"] = /had ([\d,]+) MiB/.exec(message) ?? [];
    // The process is looked at every few milliseconds, in which it takes no more than a few dozen MiB.
    expect(Number(mebibytes.replace(",", ""))).toBeLessThan(asked.processBytes / 2 ** 20 + 256);
    await expect(asked.ask(empty, "SELECT 1")).resolves.toMatchObject({ rows: [[1]] });
  });
});

test("rejects a query that does not hear that its time is over", async () => {
  const clock = new HandClock();
  const asked = queryProcess(clock);
  const answer = asked.ask(empty, deaf);

  clock.fire();

  await expect(answer).rejects.toThrow(
    new QueryLimitError("The query took longer than 60 s and was stopped."),
  );
  await expect(asked.ask(empty, "SELECT 1")).resolves.toMatchObject({ rows: [[1]] });
});

test("rejects a query that is stopped, and ends its process", async () => {
  const asked = queryProcess();
  const stop = new AbortController();
  const answer = asked.ask(empty, endless, stop.signal);
  const pid = asked.pid ?? 0;

  stop.abort(new Error("Nobody waits for it."));

  await expect(answer).rejects.toThrow("Nobody waits for it.");
  await isGone(pid);
  await expect(asked.ask(empty, "SELECT 1")).resolves.toMatchObject({ rows: [[1]] });
});

test("goes on with a query when an earlier one is stopped that was answered already", async () => {
  const asked = queryProcess();
  const earlier = new AbortController();
  await asked.ask(empty, "SELECT 1", earlier.signal);
  const { pid } = asked;
  const answer = asked.ask(empty, "SELECT 2");

  earlier.abort();

  await expect(answer).resolves.toMatchObject({ rows: [[2]] });
  expect(asked.pid).toBe(pid);
});

test("rejects a query that was stopped before it was asked, and starts nothing", async () => {
  const asked = queryProcess();

  await expect(asked.ask(empty, endless, AbortSignal.abort())).rejects.toThrow("aborted");

  expect(asked.pid).toBeUndefined();
});

test("rejects a query whose process dies, and answers the next one in another", async () => {
  const asked = queryProcess();
  const answer = asked.ask(empty, endless);
  const pid = asked.pid ?? 0;

  process.kill(pid, "SIGKILL");

  await expect(answer).rejects.toThrow(
    new QueryError("The query could not be answered: the process that ran it has ended."),
  );
  await expect(asked.ask(empty, "SELECT 1")).resolves.toMatchObject({ rows: [[1]] });
  expect(asked.pid).not.toBe(pid);
});

test("ends the process when nothing is asked for a while, and starts another when something is", async () => {
  const clock = new HandClock();
  const asked = queryProcess(clock);
  await asked.ask(empty, "SELECT 1");
  const pid = asked.pid ?? 0;

  clock.fire();

  await isGone(pid);
  await expect(asked.ask(empty, "SELECT 2")).resolves.toMatchObject({ rows: [[2]] });
});

test("leaves no process behind when the one that asks is killed", async () => {
  const asking = fork(join(__dirname, "asking-process.ts"), [deaf], { execArgv: ["--require", "tsx/cjs"] });
  const [pid] = (await once(asking, "message")) as [number];

  asking.kill("SIGKILL");

  await isGone(pid);
});

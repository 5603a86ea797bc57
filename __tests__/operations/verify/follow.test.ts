import { follow } from "../../../operations/verify/follow";
import type { Observation, Stage } from "../../../operations/verify/stages";

const start = Date.parse("2026-03-04T05:00:00Z");
const quiet = { invocations: 0, errors: 0, incomingRecords: 0, deliveredRows: 0, failedRows: 0 };

function observation(changes: Partial<Observation> = {}): Observation {
  return {
    streamStatus: "ACTIVE",
    activity: quiet,
    activityMinutes: 15,
    errorObjects: { count: 0, more: false },
    now: start,
    generatorEnabled: true,
    ...changes,
  };
}

/** The first six minutes of a healthy deployment. */
function healthyAt(now: number): Observation {
  const minute = Math.floor((now - start) / 60_000);
  const activity = {
    ...quiet,
    invocations: minute,
    incomingRecords: Math.max(0, minute - 1) * 10_000,
    deliveredRows: minute >= 5 ? 40_000 : 0,
  };
  return observation({
    activity,
    now,
    ...(minute >= 5 && { table: { rows: 40_000, newestMs: now - 60_000 } }),
  });
}

function followFrom(
  observe: (now: number) => Observation,
  { timeoutMs = 720_000, stopAfter = Infinity } = {},
) {
  let now = start;
  const looks: (readonly Stage[])[] = [];
  const done = follow({
    observe: (time) => Promise.resolve(observe(time)),
    now: () => now,
    sleep: (milliseconds) => {
      now += milliseconds;
      return Promise.resolve();
    },
    timeoutMs,
    intervalMs: 15_000,
    isStopped: () => looks.length >= stopAfter,
    onLook: (stages) => looks.push(stages),
  });
  return done.then((stages) => ({ stages, looks, elapsedMs: now - start }));
}

const open = (stages: readonly Stage[] | undefined) =>
  stages?.filter(({ status }) => status !== "pass").map(({ id, status }) => `${id} ${status}`);

it("follows the first buffer of a healthy deployment to its rows", async () => {
  const { stages, looks, elapsedMs } = await followFrom(healthyAt);

  expect(open(stages)).toEqual([]);
  expect(elapsedMs).toBe(300_000);
  expect(open(looks[0])).toEqual([
    "generator waiting",
    "incoming waiting",
    "delivered waiting",
    "rows waiting",
  ]);
  expect(open(looks[8])).toEqual(["delivered waiting", "rows waiting"]);
});

it("gives up at the time-out, with what is missing", async () => {
  const { stages, elapsedMs } = await followFrom(() => observation(), { timeoutMs: 60_000 });

  expect(elapsedMs).toBe(60_000);
  expect(open(stages)).toContain("generator waiting");
});

it("looks once when it may not wait, and stops when it is told to", async () => {
  const once = await followFrom(() => observation(), { timeoutMs: 0 });
  const stopped = await followFrom(() => observation(), { stopAfter: 3 });

  expect([once.looks.length, stopped.looks.length]).toEqual([1, 3]);
});

it.each([
  ["the stream could not be created", { streamStatus: "CREATING_FAILED" }, "stream fail"],
  ["every invocation fails", { activity: { ...quiet, invocations: 2, errors: 2 } }, "generator fail"],
  ["rows are refused", { activity: { ...quiet, failedRows: 1 } }, "failures fail"],
  ["the error bucket holds something", { errorObjects: { count: 1, more: false } }, "error-bucket fail"],
])("fails at once when %s", async (_, changes, failure) => {
  const { stages, looks } = await followFrom(() => observation(changes));

  expect(looks).toHaveLength(1);
  expect(open(stages)).toContain(failure);
});

it("passes a paused generator whose records come from elsewhere", async () => {
  const { stages } = await followFrom((now) => ({
    ...healthyAt(now + 400_000),
    activity: { ...quiet, incomingRecords: 5, deliveredRows: 5 },
    generatorEnabled: false,
  }));

  expect(stages.find(({ id }) => id === "generator")).toMatchObject({ status: "pass" });
});

it("waits for rows that are younger than the alarm allows", async () => {
  const table = { rows: 10, newestMs: start - 16 * 60_000 };
  const activity = { invocations: 1, errors: 0, incomingRecords: 10, deliveredRows: 10, failedRows: 0 };

  const { stages } = await followFrom(() => observation({ activity, table }), { timeoutMs: 0 });

  expect(open(stages)).toEqual(["rows waiting"]);
});

import fc from "../../support/fast-check";
import { sleep } from "../../../functions/data-generator/clock";
import { pacedBatches, runPaced, type PacedBatch } from "../../../functions/data-generator/paced-run";
import { putRecordBatchLimits } from "../../../pipeline/firehose-limits";
import { settings } from "../../../pipeline/settings";
import { VirtualClock } from "../../support/virtual-clock";

const never = new AbortController().signal;

/** Runs batches on a virtual clock; delivering batch n takes `delays[n]` milliseconds, or none. */
async function run(
  { recordsPerSecond = 200, runSeconds = 5, concurrency = 8, delays = [] as readonly number[] },
  signal = never,
) {
  const clock = new VirtualClock(0);
  const starts: number[] = [];
  let underWay = 0;
  let mostUnderWay = 0;
  const deliver = async () => {
    const delay = delays[starts.length] ?? 0;
    starts.push(clock.now());
    underWay += 1;
    mostUnderWay = Math.max(mostUnderWay, underWay);
    if (delay > 0) await sleep(clock, delay, never);
    underWay -= 1;
  };
  const running = runPaced(pacedBatches(0, { recordsPerSecond, runSeconds }), deliver, {
    clock,
    signal,
    concurrency,
  });
  await clock.runUntilSettled(running, () => false);
  return { starts, mostUnderWay, end: clock.now() };
}

describe("the batches of a run", () => {
  it("are one of 200 records a second by default: 10,000 in all", () => {
    const batches = [...pacedBatches(1000, settings.generator)];

    expect(batches).toEqual(
      Array.from({ length: 50 }, (_, n): PacedBatch => ({
        dueMillis: 1000 + n * 1000,
        firstRecord: n * 200,
        records: 200,
      })),
    );
  });

  it("are several a second, evenly spread, above what one call takes", () => {
    const batches = [...pacedBatches(0, { recordsPerSecond: 1100, runSeconds: 1 })];

    expect(batches).toEqual([
      { dueMillis: 0, firstRecord: 0, records: 366 },
      { dueMillis: 333, firstRecord: 366, records: 367 },
      { dueMillis: 666, firstRecord: 733, records: 367 },
    ]);
  });

  it("hold every record once, in order of time, within the limit of a call", () => {
    const rate = fc.integer({ min: 1, max: 40_000 });
    fc.assert(
      fc.property(rate, fc.integer({ min: 1, max: 5 }), (recordsPerSecond, runSeconds) => {
        let records = 0;
        let due = 0;
        for (const batch of pacedBatches(0, { recordsPerSecond, runSeconds })) {
          expect(batch.firstRecord).toBe(records);
          expect(batch.records).toBeGreaterThan(0);
          expect(batch.records).toBeLessThanOrEqual(putRecordBatchLimits.records);
          expect(batch.dueMillis).toBeGreaterThanOrEqual(due);
          expect(Math.floor(batch.dueMillis / 1000)).toBe(Math.floor(batch.firstRecord / recordsPerSecond));
          records += batch.records;
          due = batch.dueMillis;
        }
        expect(records).toBe(recordsPerSecond * runSeconds);
      }),
      { seed: 1 },
    );
  });
});

describe("a paced run", () => {
  it("starts batch n at start + n seconds", async () => {
    const { starts } = await run({});

    expect(starts).toEqual([0, 1000, 2000, 3000, 4000]);
  });

  it("does not drift with the time that calls take", async () => {
    const { starts } = await run({ concurrency: 1, delays: [300, 999, 1, 500, 700] });

    expect(starts).toEqual([0, 1000, 2000, 3000, 4000]);
  });

  it("catches up after a slow call and skips nothing", async () => {
    const { starts } = await run({ concurrency: 1, delays: [2500, 100] });

    expect(starts).toEqual([0, 2500, 2600, 3000, 4000]);
  });

  it("goes on beside a slow call", async () => {
    const { starts, mostUnderWay } = await run({ concurrency: 2, delays: [3500] });

    expect(starts).toEqual([0, 1000, 2000, 3000, 4000]);
    expect(mostUnderWay).toBe(2);
  });

  it("never has more under way than it may", async () => {
    const { mostUnderWay, starts } = await run({
      recordsPerSecond: 5000,
      runSeconds: 2,
      concurrency: 3,
      delays: Array.from({ length: 20 }, () => 400),
    });

    expect(mostUnderWay).toBe(3);
    expect(starts).toHaveLength(20);
  });

  it("waits for what is under way", async () => {
    const { end } = await run({ runSeconds: 1, delays: [700] });

    expect(end).toBe(700);
  });

  it("starts nothing after the signal", async () => {
    const { starts } = await run({}, AbortSignal.abort());

    expect(starts).toEqual([]);
  });
});

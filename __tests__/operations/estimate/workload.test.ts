import fc from "../../support/fast-check";
import { readRecord } from "../../../benchmarks/record";
import { pacedBatches } from "../../../functions/data-generator/paced-run";
import { capacityOf, cpuSecondsPerRecord, type Workload } from "../../../operations/estimate/workload";
import { longestRecordBytes } from "../../../pipeline/generator-settings";
import { settings } from "../../../pipeline/settings";

const workload = (changes: Partial<Workload> = {}): Workload => ({
  recordsPerSecond: settings.generator.recordsPerSecond,
  recordBytes: longestRecordBytes,
  region: "us-east-1",
  generator: true,
  bufferingSizeMib: settings.deliveryStream.bufferingSizeMib,
  encrypted: true,
  ...changes,
});

describe("cpuSecondsPerRecord", () => {
  it("lies between the CPU time that was measured and four times that", () => {
    const figures = readRecord().results.function ?? [];

    const measured = figures.find(({ name }) => name === "CPU for 10,000 records");

    const measuredSeconds = (measured?.median ?? NaN) / 1000 / 10_000;
    expect(cpuSecondsPerRecord).toBeGreaterThanOrEqual(measuredSeconds);
    expect(cpuSecondsPerRecord).toBeLessThanOrEqual(4 * measuredSeconds);
  });
});

describe("callsPerSecond", () => {
  it.each([
    ["one function", 2_000, true, 4],
    ["111 functions that make 37 calls each", 2_000_000, true, 4_107],
    ["producers with full calls", 2_000_000, false, 4_000],
  ])("counts the calls of %s", (_, recordsPerSecond, generator, calls) => {
    expect(capacityOf(workload({ recordsPerSecond, generator })).callsPerSecond).toBe(calls);
  });
});

/**
 * The oldest record's longest wait in a buffer, by sending what the functions send, minute after minute, into buffers
 * that close when they are full or their interval is over.
 */
function simulatedWait(
  { recordsPerSecond, recordBytes, bufferingSizeMib }: Workload,
  functions: number,
  minutes: number,
): number {
  const { runSeconds, scheduleSeconds } = settings.generator;
  const interval = settings.deliveryStream.bufferingIntervalSeconds;
  const recordsPerBuffer = Math.ceil((bufferingSizeMib * 2 ** 20) / recordBytes);
  const batches = [
    ...pacedBatches(0, { recordsPerSecond: Math.ceil(recordsPerSecond / functions), runSeconds }),
  ];
  let longest = 0;
  let buffered = 0;
  let opened = 0;
  for (let minute = 0; minute < minutes; minute += 1) {
    for (const { dueMillis, records } of batches) {
      const now = minute * scheduleSeconds + dueMillis / 1000;
      if (buffered > 0 && now - opened >= interval) {
        longest = Math.max(longest, interval);
        buffered = 0;
      }
      if (buffered === 0) opened = now;
      buffered += records * functions;
      if (buffered < recordsPerBuffer) continue;
      longest = Math.max(longest, now - opened);
      buffered %= recordsPerBuffer;
      opened = now;
    }
  }
  return longest;
}

describe("longestWaitSeconds", () => {
  it.each([
    [1, 251],
    [10, 30.25],
    [100, 12.05],
    [10_000, 10.03],
  ])("at %d times the rate is what sending for two days shows", (factor, expected) => {
    const grown = workload({ recordsPerSecond: settings.generator.recordsPerSecond * factor });
    const { longestWaitSeconds, functions } = capacityOf(grown);

    const simulated = simulatedWait(grown, functions, 3_000);

    expect(longestWaitSeconds).toBeCloseTo(expected, 2);
    expect(longestWaitSeconds).toBeGreaterThanOrEqual(simulated - 0.001);
    expect(longestWaitSeconds - simulated).toBeLessThan(1);
  });

  it("is never less than what one function's sending shows", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12_000 }),
        fc.integer({ min: 50, max: 2_000 }),
        fc.integer({ min: 1, max: 128 }),
        (recordsPerSecond, recordBytes, bufferingSizeMib) => {
          const any = workload({ recordsPerSecond, recordBytes, bufferingSizeMib });
          const { longestWaitSeconds, functions } = capacityOf(any);
          fc.pre(functions === 1);

          expect(longestWaitSeconds).toBeGreaterThanOrEqual(simulatedWait(any, 1, 60) - 0.001);
        },
      ),
      { seed: 1, numRuns: 100 },
    );
  });

  it("is the interval for a slow stream, and the time to fill a buffer where nobody pauses", () => {
    const slow = capacityOf(workload({ recordsPerSecond: 10 }));
    const steady = capacityOf(workload({ recordsPerSecond: 2_000, generator: false }));

    expect(slow.longestWaitSeconds).toBe(settings.deliveryStream.bufferingIntervalSeconds);
    expect(steady.longestWaitSeconds).toBeCloseTo(20.01, 2);
    expect(steady.longestWaitSeconds).toBe(steady.flushSeconds);
  });
});

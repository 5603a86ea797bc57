import { putRecordBatchLimits } from "../../pipeline/firehose-limits";
import type { GeneratorSettings } from "../../pipeline/generator-settings";
import { sleepUntil, type Clock } from "./clock";

/** Some of a run's records, due together. */
export interface PacedBatch {
  /** Milliseconds since the Unix epoch. */
  readonly dueMillis: number;
  /** The first record's place in the run, from 0. */
  readonly firstRecord: number;
  readonly records: number;
}

/**
 * The batches of a run in the order in which they are due: in second n from the start one batch, due at its
 * beginning, or as few as one call's limit allows, spread evenly over it.
 */
export function* pacedBatches(
  startMillis: number,
  { recordsPerSecond, runSeconds }: Pick<GeneratorSettings, "recordsPerSecond" | "runSeconds">,
): Generator<PacedBatch> {
  const perSecond = Math.ceil(recordsPerSecond / putRecordBatchLimits.records);
  const share = (n: number) => Math.floor((n * recordsPerSecond) / perSecond);
  for (let second = 0; second < runSeconds; second += 1) {
    for (let n = 0; n < perSecond; n += 1) {
      yield {
        dueMillis: startMillis + second * 1000 + Math.floor((n * 1000) / perSecond),
        firstRecord: second * recordsPerSecond + share(n),
        records: share(n + 1) - share(n),
      };
    }
  }
}

export interface PacedRunOptions {
  readonly clock: Clock;
  /** Ends the run: no batch is started after it has aborted. */
  readonly signal: AbortSignal;
  /** How many batches may be under way at once. */
  readonly concurrency: number;
}

/**
 * Delivers each batch when it is due, whatever the ones before it took: a batch that is late goes out at once.
 * Resolves when all batches that were started are through.
 *
 * @param deliver must not reject; a delivery that ends the run aborts the signal
 */
export async function runPaced(
  batches: Iterable<PacedBatch>,
  deliver: (batch: PacedBatch) => Promise<void>,
  { clock, signal, concurrency }: PacedRunOptions,
): Promise<void> {
  const underWay = new Set<Promise<void>>();
  for (const batch of batches) {
    await sleepUntil(clock, batch.dueMillis, signal);
    while (underWay.size >= concurrency) await Promise.race(underWay);
    if (signal.aborted) break;
    const delivery = deliver(batch).finally(() => underWay.delete(delivery));
    underWay.add(delivery);
  }
  await Promise.all(underWay);
}

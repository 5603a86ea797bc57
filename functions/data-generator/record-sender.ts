import { putRecordBatchLimits } from "../../pipeline/firehose-limits";
import { sleep, type Clock } from "./clock";
import { ownReasons, type DeliveryTally } from "./delivery-tally";
import { RetryableCallError } from "./errors";
import type { PutRecordBatch, RecordAnswer } from "./put-record-batch";
import { cutIntoBatches, type FirehoseRecord } from "./record-batches";

/** The longest wait before a round of sending again: doubled each round from the base up to the cap. */
const backoffMillis = { base: 100, cap: 5_000 } as const;

/** A call unanswered for so long is given up and made again. Firehose answers within tens of milliseconds. */
export const callTimeoutMillis = 5_000;

/** One round of sending again. */
export interface RetryRound {
  /** Counted for each batch, from 1. */
  readonly round: number;
  readonly records: number;
  /** The records by reason. */
  readonly reasons: Readonly<Record<string, number>>;
  readonly delayMillis: number;
}

export interface RecordSenderOptions {
  readonly put: PutRecordBatch;
  readonly tally: DeliveryTally;
  readonly clock: Clock;
  /** A number in [0, 1). */
  readonly random: () => number;
  /** When sending has to be over, in milliseconds since the Unix epoch. */
  readonly deadline: number;
  /** Aborts at the deadline, or earlier when the run has failed; whatever is under way is then given up. */
  readonly signal: AbortSignal;
  readonly onRetry: (round: RetryRound) => void;
}

/** Records that have not been acknowledged, in order, and why: the number of records by reason. */
interface Failures {
  readonly records: readonly FirehoseRecord[];
  readonly reasons: Readonly<Record<string, number>>;
}

const allFor = (reason: string, records: readonly FirehoseRecord[]): Failures => ({
  records,
  reasons: { [reason]: records.length },
});

/**
 * Sends records until Firehose has acknowledged each or the time is up. Only what failed is sent again, in its
 * order, after a capped exponential backoff with full jitter. Delivery is at least once: a call that was cut off
 * may have been carried out.
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export class RecordSender {
  constructor(private readonly options: RecordSenderOptions) {}

  /**
   * Resolves when each record is counted in the tally: acknowledged or given up.
   *
   * @throws what Firehose refused a call with, when another try would be refused too
   */
  async send(records: readonly FirehoseRecord[]): Promise<void> {
    const { tally } = this.options;
    const sendable = records.filter(({ byteLength }) => byteLength <= putRecordBatchLimits.recordBytes);
    if (sendable.length < records.length) {
      tally.giveUp({ [ownReasons.recordTooLarge]: records.length - sendable.length });
    }
    for (const batch of cutIntoBatches(sendable)) await this.sendBatch(batch);
  }

  private async sendBatch(batch: readonly FirehoseRecord[]): Promise<void> {
    const { tally, clock, signal, random, deadline, onRetry } = this.options;
    let pending = allFor(ownReasons.runEnded, batch);
    for (let round = 1; !signal.aborted; round += 1) {
      if (round > 1) tally.retry(pending.records.length);
      const failures = await this.call(pending.records);
      tally.acknowledge(pending.records.length - failures.records.length);
      if (failures.records.length === 0) {
        tally.completeBatch();
        return;
      }
      pending = failures;
      const left = deadline - clock.now();
      if (left < backoffMillis.base) break;
      const longest = Math.min(backoffMillis.base * 2 ** (round - 1), backoffMillis.cap, left);
      const delayMillis = Math.ceil(random() * longest);
      onRetry({ round, records: pending.records.length, reasons: pending.reasons, delayMillis });
      await sleep(clock, delayMillis, signal);
    }
    tally.giveUp(pending.reasons);
  }

  /** Makes one call and returns what it failed to deliver. */
  private async call(records: readonly FirehoseRecord[]): Promise<Failures> {
    const { put, tally, clock, signal } = this.options;
    const call = new AbortController();
    const abort = () => {
      call.abort();
    };
    const stopTimer = clock.startTimer(callTimeoutMillis, abort);
    signal.addEventListener("abort", abort);
    try {
      return failuresIn(await put(records, call.signal), records);
    } catch (error) {
      if (signal.aborted) return allFor(ownReasons.runEnded, records);
      if (call.signal.aborted) return allFor(ownReasons.callTimeout, records);
      if (error instanceof RetryableCallError) return allFor(error.reason, records);
      tally.giveUp({ [error instanceof Error ? error.name : "Error"]: records.length });
      throw error;
    } finally {
      stopTimer();
      signal.removeEventListener("abort", abort);
    }
  }
}

function failuresIn(answers: readonly RecordAnswer[], records: readonly FirehoseRecord[]): Failures {
  const failed: FirehoseRecord[] = [];
  const reasons: Record<string, number> = {};
  records.forEach((record, index) => {
    const reason = answers[index];
    if (reason === undefined) return;
    failed.push(record);
    reasons[reason] = (reasons[reason] ?? 0) + 1;
  });
  return { records: failed, reasons };
}

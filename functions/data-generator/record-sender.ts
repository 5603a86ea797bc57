import { putRecordBatchLimits } from "../../pipeline/firehose-limits";
import { sleep, type Clock } from "./clock";
import { ownReasons, type DeliveryTally } from "./delivery-tally";
import { RetryableCallError } from "./errors";
import type { PutRecordBatch } from "./put-record-batch";
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

/** A record that has not been acknowledged, and why. */
interface Failure {
  readonly record: FirehoseRecord;
  readonly reason: string;
}

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
    tally.giveUp(records.length - sendable.length, ownReasons.recordTooLarge);
    for (const batch of cutIntoBatches(sendable)) await this.sendBatch(batch);
  }

  private async sendBatch(batch: readonly FirehoseRecord[]): Promise<void> {
    const { tally, clock, signal, random, deadline, onRetry } = this.options;
    let pending: readonly Failure[] = batch.map((record) => ({ record, reason: ownReasons.runEnded }));
    for (let round = 1; !signal.aborted; round += 1) {
      if (round > 1) tally.retry(pending.length);
      const failures = await this.call(pending);
      tally.acknowledge(pending.length - failures.length);
      if (failures.length === 0) {
        tally.completeBatch();
        return;
      }
      pending = failures;
      const left = deadline - clock.now();
      if (left < backoffMillis.base) break;
      const longest = Math.min(backoffMillis.base * 2 ** (round - 1), backoffMillis.cap, left);
      const delayMillis = Math.ceil(random() * longest);
      onRetry({ round, records: pending.length, reasons: countByReason(pending), delayMillis });
      await sleep(clock, delayMillis, signal);
    }
    this.giveUp(pending);
  }

  /** Makes one call and returns what it failed to deliver, in order. */
  private async call(pending: readonly Failure[]): Promise<readonly Failure[]> {
    const { put, clock, signal } = this.options;
    const call = new AbortController();
    const abort = () => {
      call.abort();
    };
    const stopTimer = clock.startTimer(callTimeoutMillis, abort);
    signal.addEventListener("abort", abort);
    try {
      const answers = await put(
        pending.map(({ record }) => record),
        call.signal,
      );
      return pending.flatMap(({ record }, index) => {
        const reason = answers[index];
        return reason === undefined ? [] : { record, reason };
      });
    } catch (error) {
      const reason = signal.aborted
        ? ownReasons.runEnded
        : call.signal.aborted
          ? ownReasons.callTimeout
          : error instanceof RetryableCallError
            ? error.reason
            : undefined;
      if (reason !== undefined) return pending.map(({ record }) => ({ record, reason }));
      this.giveUp(
        pending.map(({ record }) => ({ record, reason: error instanceof Error ? error.name : "Error" })),
      );
      throw error;
    } finally {
      stopTimer();
      signal.removeEventListener("abort", abort);
    }
  }

  private giveUp(failures: readonly Failure[]): void {
    for (const [reason, records] of Object.entries(countByReason(failures))) {
      this.options.tally.giveUp(records, reason);
    }
  }
}

function countByReason(failures: readonly Failure[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { reason } of failures) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
}

import { createReadStream } from "node:fs";
import type { Clock } from "../clock/clock";
import type { BufferFile } from "./buffer-file";
import type { Destination } from "./destination";
import { failedRecordLine, type FailedRecords } from "./failed-records";
import type { Faults } from "./faults";
import type { Refusal } from "./record-cases";

/** What became of one buffer. */
export interface DeliveryOutcome {
  readonly id: string;
  /** Rows in the table. */
  readonly rows: number;
  /** Records in the error bucket. */
  readonly failed: number;
  /** Bytes that were added to the table. */
  readonly bytes: number;
  /** Arrival of the oldest record, milliseconds since the epoch. */
  readonly firstArrival: number;
  /** Why the rows went to the error bucket instead of the table. */
  readonly error?: unknown;
}

export interface DeliverySurroundings {
  readonly destination: Destination;
  readonly failedRecords: FailedRecords;
  readonly clock: Pick<Clock, "now">;
  readonly faults: Pick<Faults, "commit">;
  /** For how long a failed commit is tried again. */
  readonly retryDurationMs: number;
  /** Hears of every attempt that failed and will be made again. */
  readonly onRetry: (error: unknown) => void;
  /** Waits; rejects when the stream is closed meanwhile. */
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** The commit failed again and again for as long as Firehose retries. */
interface GivenUp {
  readonly error: unknown;
  readonly attempts: number;
}

const firstRetryDelayMs = 1_000;
const longestRetryDelayMs = 30_000;

/**
 * Seals and delivers one buffer: its rows to the table, its refused records to the error bucket, and the rows too when
 * the table cannot be had for `retryDurationMs`. Each step can tell whether it was done before, so a delivery that
 * was cut short at any point is simply delivered again:
 *
 * 1. the commit carries the buffer's id, and the table is asked for it;
 * 2. the error object appears whole under a key that follows from the buffer, and only after 1 was decided;
 * 3. the buffer is removed last.
 */
export async function deliverBuffer(
  buffer: BufferFile,
  isFirstAttempt: boolean,
  surroundings: DeliverySurroundings,
): Promise<DeliveryOutcome> {
  const { destination, failedRecords } = surroundings;
  const { id, firstArrival, rowCount, refusedCount } = buffer;
  const outcome = { id, firstArrival, rows: rowCount, failed: refusedCount, bytes: 0 };
  buffer.seal();
  if (!isFirstAttempt && failedRecords.has(buffer)) {
    const rows = rowCount > 0 && (await destination.hasDelivery(id)) ? rowCount : 0;
    buffer.remove();
    return { ...outcome, rows, failed: refusedCount + rowCount - rows };
  }
  const result = rowCount > 0 ? await commit(buffer, isFirstAttempt, surroundings) : { bytes: 0 };
  if ("error" in result) {
    await failedRecords.put(buffer, errorLines(buffer, result, surroundings.clock));
    buffer.remove();
    return { ...outcome, rows: 0, failed: refusedCount + rowCount, error: result.error };
  }
  if (refusedCount > 0) await failedRecords.put(buffer, createReadStream(buffer.refusedPath));
  buffer.remove();
  return { ...outcome, bytes: result.bytes };
}

async function commit(
  { id, rowsPath, rowCount }: BufferFile,
  isFirstAttempt: boolean,
  { destination, faults, retryDurationMs, onRetry, sleep }: DeliverySurroundings,
): Promise<{ readonly bytes: number } | GivenUp> {
  let mayBeDelivered = !isFirstAttempt;
  // Not the difference of two clock readings: the clock may be set meanwhile.
  let waited = 0;
  for (let attempts = 1; ; attempts++) {
    let error: unknown;
    try {
      if (mayBeDelivered && (await destination.hasDelivery(id))) return { bytes: 0 };
      mayBeDelivered = true;
      if (faults.commit()) throw new Error("the commit was made to fail on demand");
      return await destination.deliver({ id, rowsPath, rowCount });
    } catch (failure) {
      error = failure;
    }
    const delay = Math.min(firstRetryDelayMs * 2 ** (attempts - 1), longestRetryDelayMs);
    const isOver = waited + delay > retryDurationMs;
    if (isOver && (await isSurelyAbsent(destination, id))) return { error, attempts };
    onRetry(error);
    await sleep(delay);
    waited += delay;
  }
}

/** A commit may fail after the fact. Rows that may be in the table must not go to the error bucket as well. */
async function isSurelyAbsent(destination: Destination, id: string): Promise<boolean> {
  try {
    return !(await destination.hasDelivery(id));
  } catch {
    return false;
  }
}

/** An error object for all that a buffer holds: what was refused, and what could not be committed. */
async function* errorLines(
  buffer: BufferFile,
  { error, attempts }: GivenUp,
  clock: Pick<Clock, "now">,
): AsyncGenerator<string | Uint8Array> {
  const reason: Refusal = {
    errorCode: "Iceberg.CommitFailed",
    errorMessage: error instanceof Error ? error.message : String(error),
  };
  const attemptEndingTimestamp = clock.now();
  yield* createReadStream(buffer.refusedPath) as AsyncIterable<Buffer>;
  for (const { record, arrival } of buffer.rows())
    yield failedRecordLine({
      rawData: record,
      reason,
      attemptsMade: attempts,
      arrivalTimestamp: arrival,
      attemptEndingTimestamp,
    });
}

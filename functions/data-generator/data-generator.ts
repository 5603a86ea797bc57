import type { Context } from "aws-lambda";
import { encodeReading } from "../../pipeline/encode-reading";
import { reservedSeconds } from "../../pipeline/generator-settings";
import { sleepUntil, type Clock } from "./clock";
import type { Configuration } from "./configuration";
import { DeliveryTally, type RunCounts } from "./delivery-tally";
import { FailedRunError, UndeliveredRecordsError } from "./errors";
import { pacedBatches, runPaced, type PacedBatch } from "./paced-run";
import type { PutRecordBatch } from "./put-record-batch";
import { readingAt } from "./readings";
import { RecordSender } from "./record-sender";
import { RunLog } from "./run-log";
import type { Sensor } from "./sensors";

/** Enough for a stream's quota at the tens of milliseconds that a call takes, and few enough to hold in memory. */
const concurrentBatches = 8;

export interface DataGeneratorOptions {
  readonly configuration: Configuration;
  readonly sensors: readonly Sensor[];
  readonly put: PutRecordBatch;
  readonly clock: Clock;
  /** A number in [0, 1), for the backoff; the readings have their seed. */
  readonly random: () => number;
  readonly writeLine: (line: string) => void;
}

/** The answer of a run that delivered everything. */
export interface RunAnswer extends Omit<RunCounts, "undeliveredReasons"> {
  readonly statusCode: 200;
  readonly body: string;
}

/** What a run uses of Lambda's context. */
export type RunContext = Pick<Context, "awsRequestId" | "getRemainingTimeInMillis">;

/**
 * One invocation: sends runSeconds times recordsPerSecond readings at their pace and returns when the last is
 * acknowledged and runSeconds have passed.
 *
 * @throws UndeliveredRecordsError when not everything was acknowledged before the function's deadline
 * @throws FailedRunError at once for an error that another try would meet again
 */
export async function generateData(options: DataGeneratorOptions, context: RunContext): Promise<RunAnswer> {
  const { configuration, sensors, clock, writeLine } = options;
  const { recordsPerSecond, runSeconds, seed, streamName } = configuration;
  const start = clock.now();
  const deadline = start + context.getRemainingTimeInMillis() - reservedSeconds * 1000;
  const run = new AbortController();
  const stopTimer = clock.startTimer(deadline - start, () => {
    run.abort();
  });

  const log = new RunLog({ configuration, requestId: context.awsRequestId, clock, writeLine });
  const tally = new DeliveryTally();
  const sender = new RecordSender({
    ...options,
    tally,
    deadline,
    signal: run.signal,
    onRetry: (round) => {
      log.retrying(round);
    },
  });
  let failure: Error | undefined;
  const deliver = async ({ dueMillis, firstRecord, records }: PacedBatch) => {
    try {
      const timestamp = Math.floor(dueMillis / 1000);
      await sender.send(
        Array.from({ length: records }, (_, n) =>
          Buffer.from(encodeReading(readingAt(sensors, { seed, index: firstRecord + n, timestamp }))),
        ),
      );
    } catch (error) {
      failure ??= error instanceof Error ? error : new Error(String(error));
      run.abort();
    }
  };

  log.started(sensors.length);
  const pace = { clock, signal: run.signal, concurrency: concurrentBatches };
  await runPaced(pacedBatches(start, configuration), deliver, pace);
  await sleepUntil(clock, start + runSeconds * 1000, run.signal);
  stopTimer();

  const counts = tally.counts(recordsPerSecond * runSeconds);
  log.ended(counts, failure);
  if (failure) throw new FailedRunError(failure, streamName, counts);
  if (counts.undelivered > 0) throw new UndeliveredRecordsError(counts);
  const { records, batches, retried, undelivered } = counts;
  const body = `Sent ${records} records from ${sensors.length} sensors`;
  return { statusCode: 200, body, records, batches, retried, undelivered };
}

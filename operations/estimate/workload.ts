import { type DirectPutQuota, directPutQuota, putRecordBatchLimits } from "../../pipeline/firehose-limits";
import { longestRecordBytes } from "../../pipeline/generator-settings";
import { settings } from "../../pipeline/settings";

/** What goes through the pipeline. */
export interface Workload {
  /** While records are being sent. */
  readonly recordsPerSecond: number;
  /** Bytes of one record, before base64. */
  readonly recordBytes: number;
  readonly region: string;
  /** Whether the data generator sends (for its seconds of each minute) or producers of the user's own (always). */
  readonly generator: boolean;
  readonly bufferingSizeMib: number;
  readonly encrypted: boolean;
}

/** What the stack deploys unless told otherwise. */
export const defaultWorkload: Workload = {
  recordsPerSecond: settings.generator.recordsPerSecond,
  recordBytes: longestRecordBytes,
  region: settings.region,
  generator: true,
  bufferingSizeMib: settings.deliveryStream.bufferingSizeMib,
  encrypted: true,
};

const MIB = 1024 * 1024;
const secondsPerDay = 86_400;
export const daysPerMonth = 30;

/**
 * CPU time that the warm generator takes to make, send and account for one record in Lambda: more than
 * `npm run bench -- function` measures on loopback, where nothing is encrypted. How much a core of Lambda takes was not
 * measured, so this is on the safe side; a test holds it between the measured time and four times that.
 */
export const cpuSecondsPerRecord = 8e-6;
/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
const memoryMibPerVcpu = 1769;
/** How much of its CPU share a function may need on average, so that a slow second can be caught up. */
export const cpuHeadroom = 0.5;

/** One quota and how much of it is used. */
export interface QuotaUse {
  readonly name: string;
  readonly used: number;
  readonly limit: number;
  /** 1 is all of it. */
  readonly share: number;
}

/** What follows from a workload: rates, buffers and files. */
export interface Capacity {
  readonly bytesPerSecond: number;
  readonly recordsPerMonth: number;
  readonly bytesPerMonth: number;
  /** PutRecordBatch calls of all functions or producers together, while records are being sent. */
  readonly callsPerSecond: number;
  /** Generator functions that share the rate; 0 without the generator. */
  readonly functions: number;
  /** Seconds from one buffer to the next, on average over the generator's runs and pauses. */
  readonly flushSeconds: number;
  /** The most seconds that a record is in its buffer: longer than `flushSeconds` when the generator pauses meanwhile. */
  readonly longestWaitSeconds: number;
  readonly flushedBy: "size" | "interval";
  readonly flushesPerDay: number;
  /** Bytes of JSON that one commit puts into the table. */
  readonly bytesPerFlush: number;
  readonly quotas: readonly QuotaUse[];
}

export function capacityOf(workload: Workload): Capacity {
  const { recordsPerSecond, recordBytes, generator, bufferingSizeMib, region } = workload;
  const { runSeconds, scheduleSeconds, memoryMib } = settings.generator;
  const bytesPerSecond = recordsPerSecond * recordBytes;
  const averageBytesPerSecond = bytesPerSecond * (generator ? runSeconds / scheduleSeconds : 1);
  const recordsPerMonth =
    recordsPerSecond *
    secondsPerDay *
    daysPerMonth *
    (generator ? Math.min(1, runSeconds / scheduleSeconds) : 1);

  const { bufferingIntervalSeconds } = settings.deliveryStream;
  const secondsToFill = (bufferingSizeMib * MIB) / averageBytesPerSecond;
  const flushSeconds = Math.min(bufferingIntervalSeconds, secondsToFill);

  const recordsPerCall = Math.min(
    putRecordBatchLimits.records,
    Math.floor(putRecordBatchLimits.bytes / recordBytes),
  );
  const cpuShare = memoryMib / memoryMibPerVcpu;
  const functions = generator
    ? Math.ceil((recordsPerSecond * cpuSecondsPerRecord) / (cpuShare * cpuHeadroom))
    : 0;
  const senders = Math.max(1, functions);
  const callsOfEach = Math.ceil(Math.ceil(recordsPerSecond / senders) / recordsPerCall);
  const callsPerSecond = senders * callsOfEach;
  const secondsOfSending = (bufferingSizeMib * MIB) / bytesPerSecond;
  return {
    bytesPerSecond,
    recordsPerMonth,
    bytesPerMonth: recordsPerMonth * recordBytes,
    callsPerSecond,
    functions,
    flushSeconds,
    longestWaitSeconds: generator
      ? Math.min(bufferingIntervalSeconds, longestFillSeconds(secondsOfSending, callsOfEach))
      : flushSeconds,
    flushedBy: secondsToFill < bufferingIntervalSeconds ? "size" : "interval",
    flushesPerDay: secondsPerDay / flushSeconds,
    bytesPerFlush: averageBytesPerSecond * flushSeconds,
    quotas: quotaUse(workload, bytesPerSecond, callsPerSecond, directPutQuota(region)),
  };
}

/**
 * The most seconds from a buffer's first record to the one that fills it, when sending for `secondsOfSending` without a
 * pause would fill it. Worst is a buffer that the last call of a run begins: it waits for the whole pause at once, and
 * for another one whenever a run's worth of calls was not enough. The functions are taken to run in step.
 */
function longestFillSeconds(secondsOfSending: number, callsPerSecond: number): number {
  const { runSeconds, scheduleSeconds } = settings.generator;
  const calls = Math.ceil(secondsOfSending * callsPerSecond);
  const pauses = Math.ceil(calls / (callsPerSecond * runSeconds));
  return calls / callsPerSecond + pauses * Math.max(0, scheduleSeconds - runSeconds);
}

function quotaUse(
  { recordsPerSecond }: Workload,
  bytesPerSecond: number,
  callsPerSecond: number,
  quota: DirectPutQuota,
): QuotaUse[] {
  const use = (name: string, used: number, limit: number) => ({ name, used, limit, share: used / limit });
  return [
    use("records a second", recordsPerSecond, quota.recordsPerSecond),
    use("PutRecordBatch calls a second", callsPerSecond, quota.requestsPerSecond),
    use("bytes a second", bytesPerSecond, quota.bytesPerSecond),
  ];
}

/** The size hint with which the interval ends most buffers, as far as Firehose allows one so large. */
export function sizeHintForInterval(capacity: Capacity, mostMib: number): number {
  const { bufferingIntervalSeconds } = settings.deliveryStream;
  const bytes = (capacity.bytesPerFlush / capacity.flushSeconds) * bufferingIntervalSeconds;
  return Math.min(mostMib, Math.ceil(bytes / MIB));
}

import { mkdirSync } from "node:fs";
import type { PipelineNames } from "../../pipeline/names";
import type { Column } from "../../pipeline/sensor-reading";
import type { Clock, TimerHandle } from "../clock/clock";
import type { DeliveryOutcome } from "./buffer-delivery";
import { BufferFile, type AppendFileSystem } from "./buffer-file";
import { DeliveryQueue } from "./delivery-queue";
import type { Destination } from "./destination";
import { FailedRecords } from "./failed-records";
import { noFaults, type Faults } from "./faults";
import { noMetrics, streamMetric, type MetricSink, type StreamMetric } from "./metric-sink";
import { RecordRules } from "./record-rules";
import { describeDeliveryStream, type DeliveryStreamDescription } from "./description";
import { StagedRecords } from "./staged-records";

/** Firehose's buffering hints and retry options; `settings.deliveryStream` has the deployed ones. */
export interface BufferingSettings {
  readonly bufferingSizeMib: number;
  readonly bufferingIntervalSeconds: number;
  readonly retryDurationSeconds: number;
}

export interface DeliveryStreamOptions {
  readonly names: PipelineNames;
  readonly settings: BufferingSettings;
  readonly columns: readonly Column[];
  /** Holds what is acknowledged and not yet delivered. One stream at a time may have it open. */
  readonly directory: string;
  /** The folder that stands for the error bucket; on the same file system as `directory`. */
  readonly errorBucket: string;
  readonly destination: Destination;
  readonly clock: Clock;
  /** A new UUID each time. */
  readonly ids: () => string;
  /** @default - nothing goes wrong */
  readonly faults?: Faults;
  /** @default - metrics are dropped */
  readonly metrics?: MetricSink;
  /** Records that may wait for their delivery, on disk, before the stream takes no more. @default 512 */
  readonly mostWaitingMib?: number;
  /** Hears of every buffer that was delivered. */
  readonly onDelivery?: (outcome: DeliveryOutcome) => void;
  /** Hears of every attempt at a delivery that failed and will be made again. */
  readonly onRetry?: (error: unknown) => void;
  /** @default - the machine's file system */
  readonly fileSystem?: AppendFileSystem;
}

/** Why one record of a call was not taken. */
export interface PutFailure {
  readonly errorCode: "ServiceUnavailableException" | "InternalFailure";
  readonly errorMessage: string;
}

/** What became of the records of one call; those without a failure are acknowledged: they are on disk. */
export interface PutOutcome {
  /** With the record's index in the call appended, the record's id. */
  readonly recordIdPrefix: string;
  readonly failures: ReadonlyMap<number, PutFailure>;
}

/** The whole call was refused and nothing of it acknowledged; the sender may try again. */
export class ServiceUnavailableError extends Error {
  override readonly name = "ServiceUnavailableError";
}

/** Records so far; `sent = delivered + failed + buffered`. */
export interface StreamCounts {
  readonly acknowledged: number;
  /** Rows that were committed to the table. */
  readonly delivered: number;
  /** Records that went to the error bucket. */
  readonly failed: number;
  /** Buffers that were delivered. */
  readonly deliveries: number;
}

/** What has been acknowledged and is not delivered yet. */
export interface BufferedRecords {
  readonly records: number;
  /** Bytes of the records as they came. */
  readonly bytes: number;
  /** When the interval of the current buffer ends, milliseconds since the epoch; undefined while there is none. */
  readonly dueMs: number | undefined;
  /** Buffers that are full or due and wait for their delivery, the one under way included. */
  readonly waitingBuffers: number;
}

const slowDown: PutFailure = { errorCode: "ServiceUnavailableException", errorMessage: "Slow down." };
const noFailures: ReadonlyMap<number, PutFailure> = new Map();

const mib = 2 ** 20;
const defaultMostWaitingMib = 512;

/**
 * A Direct PUT delivery stream with an Iceberg destination. It buffers by size or interval, whichever comes first,
 * and each buffer becomes one commit. A record is acknowledged when it is in a buffer file; what an earlier process
 * acknowledged and did not deliver is delivered first, exactly once.
 */
export class DeliveryStream {
  readonly name: string;
  private readonly createdAt: number;
  private readonly faults: Faults;
  private readonly metrics: MetricSink;
  private readonly staged: StagedRecords;
  private readonly session: string;
  private calls = 0;

  private buffer: BufferFile | undefined;
  private intervalTimer: TimerHandle;
  private intervalIsOver = false;
  private readonly queue: DeliveryQueue;
  private isClosed = false;
  private totals: StreamCounts = { acknowledged: 0, delivered: 0, failed: 0, deliveries: 0 };

  private constructor(private readonly options: DeliveryStreamOptions) {
    const { names, clock, directory, errorBucket, destination, settings } = options;
    this.name = names.deliveryStream;
    this.createdAt = clock.now();
    this.faults = options.faults ?? noFaults;
    this.metrics = options.metrics ?? noMetrics;
    this.staged = new StagedRecords(new RecordRules(options.columns), () => clock.now());
    this.session = options.ids().slice(0, 8);
    this.queue = new DeliveryQueue({
      clock,
      destination,
      faults: this.faults,
      failedRecords: new FailedRecords(errorBucket, names.deliveryStream, directory),
      retryDurationMs: settings.retryDurationSeconds * 1000,
      onDelivery: (outcome) => {
        this.account(outcome);
      },
      onRetry: (error) => options.onRetry?.(error),
      onEmpty: () => {
        if (this.intervalIsOver) this.seal();
      },
    });
  }

  /** Opens the stream and begins to deliver what an earlier process left behind. */
  static open(options: DeliveryStreamOptions): DeliveryStream {
    mkdirSync(options.directory, { recursive: true });
    const stream = new DeliveryStream(options);
    for (const buffer of BufferFile.recover(options.directory)) {
      if (buffer.isEmpty) buffer.remove();
      else stream.queue.push(buffer);
    }
    return stream;
  }

  get counts(): StreamCounts {
    return this.totals;
  }

  get buffered(): BufferedRecords {
    const { buffer, queue, options } = this;
    const interval = options.settings.bufferingIntervalSeconds * 1000;
    return {
      records: queue.waitingRecords + (buffer ? buffer.rowCount + buffer.refusedCount : 0),
      bytes: queue.waitingBytes + (buffer?.incomingBytes ?? 0),
      dueMs: buffer && !buffer.isEmpty ? buffer.firstArrival + interval : undefined,
      waitingBuffers: queue.length,
    };
  }

  /** Whether a delivery is under way that is not merely waiting for the clock. */
  get isBusy(): boolean {
    return this.queue.isBusy;
  }

  describe(): DeliveryStreamDescription {
    return describeDeliveryStream(this.options.names, this.options.settings, this.createdAt);
  }

  /**
   * Takes the records of one call, which may have been any bytes. Returns when those acknowledged are on disk.
   *
   * @throws ServiceUnavailableError when none of them was taken: throttled, disk full, stream closed
   */
  putRecords(records: readonly Buffer[]): PutOutcome {
    const arrival = this.options.clock.now();
    this.refuseWhenUnavailable(records.length, arrival);
    const failures = this.stage(records, arrival);
    const taken = records.length - failures.size;
    if (taken > 0) this.appendStaged(arrival);
    this.totals = { ...this.totals, acknowledged: this.totals.acknowledged + taken };
    this.record("IncomingPutRequests", 1, arrival);
    if (failures.size > 0) this.record("ThrottledRecords", failures.size, arrival);
    return { recordIdPrefix: `${this.session}-${(this.calls++).toString(36)}-`, failures };
  }

  private refuseWhenUnavailable(records: number, now: number): void {
    if (this.isClosed) throw new ServiceUnavailableError("The delivery stream is closed.");
    const { mostWaitingMib = defaultMostWaitingMib } = this.options;
    if (this.queue.waitingBytes < mostWaitingMib * mib && !this.faults.throttle()) return;
    this.record("ThrottledRecords", records, now);
    throw new ServiceUnavailableError(slowDown.errorMessage);
  }

  private stage(records: readonly Buffer[], arrival: number): ReadonlyMap<number, PutFailure> {
    const { faults, staged } = this;
    let failures: Map<number, PutFailure> | undefined;
    staged.clear();
    for (const [index, record] of records.entries()) {
      if (faults.partial()) (failures ??= new Map()).set(index, slowDown);
      else staged.add(faults.malformed() ? record.subarray(0, record.length >> 1) : record, arrival);
    }
    return failures ?? noFailures;
  }

  private appendStaged(arrival: number): void {
    const append = this.staged.append(arrival);
    try {
      this.buffer ??= this.newBuffer();
      this.buffer.append(append);
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      throw new ServiceUnavailableError(`The records could not be buffered: ${problem}`, { cause: error });
    }
    this.record("IncomingRecords", append.rowCount + append.refusedCount, arrival);
    this.record("IncomingBytes", append.incomingBytes, arrival);
    if (this.buffer.incomingBytes >= this.options.settings.bufferingSizeMib * mib) this.seal();
  }

  private newBuffer(): BufferFile {
    const { clock, directory, ids, settings, fileSystem } = this.options;
    const buffer = BufferFile.create(directory, ids(), fileSystem);
    this.intervalTimer = clock.setTimeout(() => {
      this.intervalIsOver = true;
      if (this.queue.length === 0) this.seal();
    }, settings.bufferingIntervalSeconds * 1000);
    return buffer;
  }

  /** Ends the current buffer: what comes now goes to the next one, while this one is delivered. */
  private seal(): void {
    const { buffer } = this;
    if (!buffer) return;
    this.options.clock.clearTimeout(this.intervalTimer);
    this.intervalIsOver = false;
    this.buffer = undefined;
    if (buffer.isEmpty) buffer.remove();
    else this.queue.push(buffer);
  }

  private account(outcome: DeliveryOutcome): void {
    const now = this.options.clock.now();
    const { rows, failed, bytes, firstArrival, error } = outcome;
    const { acknowledged, delivered, failed: failedBefore, deliveries } = this.totals;
    this.totals = {
      acknowledged,
      delivered: delivered + rows,
      failed: failedBefore + failed,
      deliveries: deliveries + 1,
    };
    this.record("DeliveryToIceberg.IncomingRowCount", rows + failed, now);
    this.record("DeliveryToIceberg.SuccessfulRowCount", rows, now);
    this.record("DeliveryToIceberg.FailedRowCount", failed, now);
    this.record("DeliveryToIceberg.Bytes", bytes, now);
    this.record("DeliveryToIceberg.DataFreshness", Math.max(0, now - firstArrival) / 1000, now);
    this.record("DeliveryToIceberg.Success", error === undefined ? 1 : 0, now);
    this.options.onDelivery?.(outcome);
  }

  /** Resolves when nothing is left to do until more records come or the clock moves on. */
  settled(): Promise<void> {
    return this.queue.settled();
  }

  /** Delivers what is buffered now. Failed commits are retried on the clock meanwhile. */
  async flush(): Promise<void> {
    this.seal();
    await this.queue.drained();
  }

  /** Takes no more records and stops; what is not delivered stays on disk for the next `open`. */
  async close(): Promise<void> {
    this.isClosed = true;
    this.options.clock.clearTimeout(this.intervalTimer);
    this.buffer?.close();
    this.buffer = undefined;
    await this.queue.close();
  }

  private record(metric: StreamMetric, value: number, timestampMs: number): void {
    const { namespace, name, dimensions } = streamMetric(this.name, metric);
    this.metrics.record(namespace, name, dimensions, value, timestampMs);
  }
}

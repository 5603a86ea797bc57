import type { Clock, TimerHandle } from "../clock/clock";
import { deliverBuffer, type DeliveryOutcome, type DeliverySurroundings } from "./buffer-delivery";
import type { BufferFile } from "./buffer-file";

export interface DeliveryQueueOptions extends Omit<DeliverySurroundings, "sleep" | "clock"> {
  readonly clock: Clock;
  readonly onDelivery: (outcome: DeliveryOutcome) => void;
  /** Nothing waits any more. */
  readonly onEmpty: () => void;
}

/** Before a delivery is begun anew that failed outside the commit: the error bucket cannot be written, say. */
const restartDelayMs = 30_000;

class QueueClosedError extends Error {
  override readonly name = "QueueClosedError";
}

/** Delivers buffers one after the other, in the order in which they come. */
export class DeliveryQueue {
  private readonly waiting: BufferFile[] = [];
  private isRunning = false;
  private finished: Promise<void> = Promise.resolve();
  private nap: { readonly timer: TimerHandle; readonly end: (error: Error) => void } | undefined;
  private isClosed = false;
  private settledWaiters: (() => void)[] = [];

  constructor(private readonly options: DeliveryQueueOptions) {}

  /** Buffers that are not delivered, the one under way included. */
  get length(): number {
    return this.waiting.length;
  }

  /** Whether a delivery is under way that is not merely waiting for the clock. */
  get isBusy(): boolean {
    return this.isRunning && this.nap === undefined;
  }

  /** Bytes of their records, as they came. */
  get waitingBytes(): number {
    return this.waiting.reduce((bytes, buffer) => bytes + buffer.incomingBytes, 0);
  }

  get waitingRecords(): number {
    return this.waiting.reduce((records, buffer) => records + buffer.rowCount + buffer.refusedCount, 0);
  }

  push(buffer: BufferFile): void {
    this.waiting.push(buffer);
    if (this.isRunning) return;
    this.isRunning = true;
    this.finished = this.run();
  }

  private async run(): Promise<void> {
    try {
      for (let [buffer] = this.waiting; buffer && !this.isClosed; [buffer] = this.waiting) {
        this.options.onDelivery(await this.deliver(buffer));
        this.waiting.shift();
        if (this.waiting.length === 0) this.options.onEmpty();
      }
    } catch (error) {
      if (!(error instanceof QueueClosedError)) throw error;
    } finally {
      // In the same turn as the last look at the buffers: one that came in between would be left lying.
      this.isRunning = false;
      this.announceSettled();
    }
  }

  /** Until it is delivered: a stream that can write neither table nor error bucket keeps its records and waits. */
  private async deliver(buffer: BufferFile): Promise<DeliveryOutcome> {
    const surroundings = { ...this.options, sleep: (milliseconds: number) => this.sleep(milliseconds) };
    for (let isFirstAttempt = !buffer.isRecovered; ; isFirstAttempt = false) {
      try {
        return await deliverBuffer(buffer, isFirstAttempt, surroundings);
      } catch (error) {
        if (error instanceof QueueClosedError) throw error;
        this.options.onRetry(error);
        await this.sleep(restartDelayMs);
      }
    }
  }

  private sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.isClosed) {
        reject(new QueueClosedError());
        return;
      }
      const wake = () => {
        this.nap = undefined;
        resolve();
      };
      this.nap = { timer: this.options.clock.setTimeout(wake, milliseconds), end: reject };
      this.announceSettled();
    });
  }

  /** Resolves when nothing is under way until the clock moves on or another buffer comes. */
  settled(): Promise<void> {
    if (!this.isBusy) return Promise.resolve();
    return new Promise((resolve) => this.settledWaiters.push(resolve));
  }

  private announceSettled(): void {
    const waiters = this.settledWaiters;
    this.settledWaiters = [];
    for (const resolve of waiters) resolve();
  }

  /** Resolves when every buffer is delivered, or the queue closed. */
  async drained(): Promise<void> {
    while (this.isRunning) await this.finished;
  }

  /** Ends the delivery under way if it succeeds now, and leaves the others where they are. */
  async close(): Promise<void> {
    this.isClosed = true;
    if (this.nap) {
      this.options.clock.clearTimeout(this.nap.timer);
      this.nap.end(new QueueClosedError());
      this.nap = undefined;
    }
    await this.drained();
  }
}

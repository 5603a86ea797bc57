import type { Clock } from "../../functions/data-generator/clock";

interface Timer {
  readonly time: number;
  readonly callback: () => void;
}

/** A clock that stands still until it is told to go on. */
export class VirtualClock implements Clock {
  private readonly timers = new Set<Timer>();

  constructor(private time: number) {}

  now(): number {
    return this.time;
  }

  startTimer(milliseconds: number, callback: () => void): () => void {
    const timer = { time: this.time + Math.max(0, milliseconds), callback };
    this.timers.add(timer);
    return () => {
      this.timers.delete(timer);
    };
  }

  /** Timers that were neither fired nor cancelled. */
  get pendingTimers(): number {
    return this.timers.size;
  }

  /** Jumps to the next timer and fires it; of those due at one time, the one that was started first. */
  fireNext(): void {
    const [next] = [...this.timers].sort((a, b) => a.time - b.time);
    if (!next) throw new Error("nothing waits for the clock");
    this.timers.delete(next);
    this.time = next.time;
    next.callback();
  }

  /**
   * Fires timer after timer until the promise settles, but none while `isBusy`: time stands still while a call is
   * on its way.
   */
  async runUntilSettled<T>(promise: Promise<T>, isBusy: () => boolean): Promise<T> {
    const state = { settled: false };
    const settle = () => {
      state.settled = true;
    };
    promise.then(settle, settle);
    await quietTurns();
    while (!state.settled) {
      if (!isBusy()) this.fireNext();
      await quietTurns();
    }
    return promise;
  }
}

/** Lets everything that is ready to run do so. */
async function quietTurns(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}

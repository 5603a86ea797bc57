import type { Clock } from "../../../local/clock/clock";

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/** A clock that stands still until a test moves it. */
export class ManualClock implements Clock {
  private readonly timers = new Set<Timer>();

  constructor(private time = Date.UTC(2026, 0, 1, 12)) {}

  now(): number {
    return this.time;
  }

  setTimeout(callback: () => void, milliseconds: number): Timer {
    const timer = { at: this.time + milliseconds, callback };
    this.timers.add(timer);
    return timer;
  }

  clearTimeout(handle: unknown): void {
    this.timers.delete(handle as Timer);
  }

  /** Moves to a time and fires what is due on the way, in order. */
  advance(milliseconds: number): void {
    const end = this.time + milliseconds;
    for (let next = this.nextTimer(end); next; next = this.nextTimer(end)) {
      this.timers.delete(next);
      this.time = Math.max(this.time, next.at);
      next.callback();
    }
    this.time = end;
  }

  /** As a machine's clock does when someone sets it: timers keep their durations. */
  stepBack(milliseconds: number): void {
    this.time -= milliseconds;
    for (const timer of [...this.timers]) {
      this.timers.delete(timer);
      this.timers.add({ ...timer, at: timer.at - milliseconds });
    }
  }

  get pendingTimers(): number {
    return this.timers.size;
  }

  private nextTimer(end: number): Timer | undefined {
    return [...this.timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
  }
}

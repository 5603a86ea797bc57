import type { Clock, TimerHandle } from "./clock";

/** Time cannot go on: the work is not done, nothing is under way, and no timer is set. */
export class StalledClockError extends Error {
  override readonly name = "StalledClockError";
}

interface Timer {
  readonly at: number;
  /** Tells timers of one instant apart: the one that was set first fires first. */
  readonly order: number;
  readonly callback: () => void;
}

/** What the clock asks before it jumps. */
export interface Activity {
  /** Whether something is under way that takes no virtual time and has to end first. */
  readonly isBusy: boolean;
  /** Resolves when nothing is under way until the clock moves on. */
  settled(): Promise<void>;
}

/**
 * A clock that stands still while anything is under way and otherwise jumps to the next timer. However long real work
 * takes, it takes no time here; however long a timer waits, it costs nothing.
 */
export class VirtualClock implements Clock {
  private readonly timers = new Set<Timer>();
  private readonly activities = new Set<Activity>();
  private timersSet = 0;

  /** @param time where it begins, in milliseconds since the Unix epoch */
  constructor(private time: number) {}

  now(): number {
    return this.time;
  }

  setTimeout(callback: () => void, milliseconds: number): TimerHandle {
    const timer = { at: this.time + Math.max(0, milliseconds), order: this.timersSet++, callback };
    this.timers.add(timer);
    return timer;
  }

  clearTimeout(handle: TimerHandle): void {
    this.timers.delete(handle as Timer);
  }

  /** Makes the clock wait for an activity before each jump. The returned function ends that. */
  waitFor(activity: Activity): () => void {
    this.activities.add(activity);
    return () => {
      this.activities.delete(activity);
    };
  }

  /**
   * Lets time pass until the work is done.
   *
   * @throws StalledClockError when it would never be
   */
  async run<T>(work: Promise<T>): Promise<T> {
    const end: { isReached: boolean; announce: () => void } = { isReached: false, announce: () => undefined };
    const reach = () => {
      end.isReached = true;
      end.announce();
    };
    work.then(reach, reach);
    for (;;) {
      // Promise.race would leave something behind in the work's promise for every jump.
      await new Promise<void>((resolve, reject) => {
        end.announce = resolve;
        this.standstill().then(resolve, reject);
      });
      if (end.isReached) return work;
      this.jump();
    }
  }

  /** Resolves when nothing is under way, and nothing that needs no wait is left in the event loop. */
  private async standstill(): Promise<void> {
    await eventLoopTurn();
    for (;;) {
      const busy = [...this.activities].filter(({ isBusy }) => isBusy);
      if (busy.length === 0) return;
      await Promise.all(busy.map((activity) => activity.settled()));
      // What has just ended may begin something else in this turn.
      await eventLoopTurn();
    }
  }

  private jump(): void {
    let next: Timer | undefined;
    for (const timer of this.timers) {
      if (!next || timer.at < next.at || (timer.at === next.at && timer.order < next.order)) next = timer;
    }
    if (!next)
      throw new StalledClockError("The virtual clock has no timer to jump to, and the work is not done.");
    this.timers.delete(next);
    this.time = next.at;
    next.callback();
  }
}

function eventLoopTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

import FakeTimers from "@sinonjs/fake-timers";

/** The time of a thread that has no clock of its own: `Date`, timers and `performance` follow `advance`. */
export interface ThreadTime {
  /** Sets the time without firing timers, as when a frozen function is thawed. */
  set(now: number): void;
  /** Fires what is due until then. */
  advance(to: number): void;
  nextTimerAt(): number | undefined;
}

/** Puts virtual time in the place of the thread's own. Immediates, ticks and microtasks stay: they take no time. */
export function installThreadTime(now: number): ThreadTime {
  const clock = FakeTimers.install({
    now,
    toFake: ["Date", "setTimeout", "clearTimeout", "setInterval", "clearInterval", "performance", "hrtime"],
    shouldClearNativeTimers: true,
  });
  // The library knows when its next timer is due but has no way to ask. Its exact version is pinned, and the tests
  // of virtual time fail if it keeps its timers elsewhere.
  const internals = clock as unknown as {
    readonly timers?: ReadonlyMap<number, { readonly callAt: number }>;
  };
  return {
    set: (time) => {
      clock.setSystemTime(time);
    },
    advance: (to) => {
      clock.tick(to - clock.now);
    },
    nextTimerAt: () => {
      const times = [...(internals.timers?.values() ?? [])].map(({ callAt }) => callAt);
      return times.length > 0 ? Math.min(...times) : undefined;
    },
  };
}

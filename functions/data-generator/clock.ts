/** The time and the timers of a run, so that a test can be its own clock. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Calls back once after the milliseconds; the returned function cancels that. */
  startTimer(milliseconds: number, callback: () => void): () => void;
}

/** Looks Date and setTimeout up at each call: local mode puts a virtual clock in their place. */
export const systemClock: Clock = {
  now: () => Date.now(),
  startTimer(milliseconds, callback) {
    const timer = setTimeout(callback, milliseconds);
    return () => {
      clearTimeout(timer);
    };
  },
};

/** Waits for the milliseconds, or less when the signal aborts. */
export function sleep(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const wake = () => {
      cancel();
      signal.removeEventListener("abort", wake);
      resolve();
    };
    const cancel = clock.startTimer(milliseconds, wake);
    signal.addEventListener("abort", wake);
  });
}

/** Waits until the time has come, or less when the signal aborts. Timers may fire a moment early, so it looks again. */
export async function sleepUntil(clock: Clock, time: number, signal: AbortSignal): Promise<void> {
  for (let left = time - clock.now(); left > 0 && !signal.aborted; left = time - clock.now()) {
    await sleep(clock, left, signal);
  }
}

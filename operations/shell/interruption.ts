const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;
const signals = Object.keys(exitCodes) as (keyof typeof exitCodes)[];

/** Whether the user asked to stop: the first Ctrl-C ends the work in good order, the second at once. */
export class Interruption {
  readonly #controller = new AbortController();
  readonly #earlier = new Map<NodeJS.Signals, ReturnType<typeof process.rawListeners>>();

  constructor() {
    for (const signal of signals) {
      // The command shell ends the process at the first signal; work that has to be ended in good order is over it.
      this.#earlier.set(signal, process.rawListeners(signal));
      process.removeAllListeners(signal);
      process.on(signal, () => {
        if (this.#controller.signal.aborted) process.exit(exitCodes[signal]);
        this.#controller.abort();
      });
    }
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get requested(): boolean {
    return this.#controller.signal.aborted;
  }

  /** Leaves the signals to whoever had them before. */
  close(): void {
    for (const [signal, listeners] of this.#earlier) {
      process.removeAllListeners(signal);
      for (const listener of listeners) process.on(signal, listener as NodeJS.SignalsListener);
    }
  }
}

import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { systemClock, type Clock, type TimerHandle } from "../clock/clock";
import { VirtualClock, type Activity } from "../clock/virtual-clock";
import type { ContextData, FromThread, FunctionError, ThreadData, ToThread } from "./messages";
import type { TaskRoot } from "./task-root";

/** What an invocation came to: the handler's result, or an error. */
export type Outcome = { readonly result: unknown } | { readonly error: FunctionError };

export interface ThreadOptions {
  readonly root: TaskRoot;
  /** Lambda's handler setting, `index.handler`. */
  readonly handler: string;
  readonly environment: Record<string, string>;
  readonly memoryMib: number;
  readonly clock: Clock;
  readonly seed: number;
  readonly log: (text: string) => void;
}

export interface ThreadInvocation {
  readonly event: unknown;
  readonly context: ContextData;
  /** By the clock, in milliseconds since the Unix epoch. */
  readonly deadline: number;
}

const stopGraceMs = 500;

/**
 * One execution environment of a function: a worker thread that loads the package once and takes one invocation at a
 * time. On a virtual clock, time stands still while the thread works and jumps to its next timer when it waits.
 */
export class FunctionThread implements Activity {
  /** Whether it can take an invocation: it can no more after it has been stopped, or has ended by itself. */
  isAlive = true;
  isBusy = false;

  private readonly worker: Worker;
  private readonly stopWaiting: () => void;
  private readonly exited: Promise<void>;
  private settledWaiters: (() => void)[] = [];
  private wake: TimerHandle;
  private finish: ((outcome: Outcome) => void) | undefined;

  constructor(private readonly options: ThreadOptions) {
    const { root, handler, environment, memoryMib, clock, seed } = options;
    const [module = "", exportName = ""] = handler.split(".");
    const isVirtual = clock instanceof VirtualClock;
    const data: ThreadData = {
      file: join(root.directory, `${module}.js`),
      exportName,
      seed,
      ...(isVirtual && { virtualTime: clock.now() }),
    };
    this.worker = new Worker(root.threadFile, {
      workerData: data,
      env: environment,
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: memoryMib },
      stdout: true,
      stderr: true,
    });
    this.stopWaiting = isVirtual ? clock.waitFor(this) : () => undefined;
    this.exited = this.listen();
  }

  invoke({ event, context, deadline }: ThreadInvocation): Promise<Outcome> {
    return new Promise((resolve) => {
      this.finish = (outcome) => {
        this.finish = undefined;
        this.setIdle();
        resolve(outcome);
      };
      this.isBusy = true;
      this.post({ type: "invoke", now: this.options.clock.now(), deadline, event, context });
    });
  }

  settled(): Promise<void> {
    if (!this.isBusy) return Promise.resolve();
    return new Promise((resolve) => this.settledWaiters.push(resolve));
  }

  /** Ends the thread at once; an invocation under way fails with the error. */
  async kill(error: FunctionError): Promise<void> {
    this.end(error);
    await this.worker.terminate();
  }

  /** Lets the thread write its last lines and end by itself, and ends it when it does not. */
  async stop(): Promise<void> {
    this.post({ type: "close" });
    const impatience = systemClock.setTimeout(() => void this.worker.terminate(), stopGraceMs);
    await this.exited;
    systemClock.clearTimeout(impatience);
  }

  private listen(): Promise<void> {
    const { worker } = this;
    worker.on("message", (message: FromThread) => {
      this.receive(message);
    });
    worker.on("error", (error: Error & { code?: string }) => {
      this.end(
        error.code === "ERR_WORKER_OUT_OF_MEMORY"
          ? exitError(`the function needed more than its ${this.options.memoryMib} MB of memory`)
          : { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? "").split("\n") },
      );
    });
    return new Promise((resolve) => {
      worker.on("exit", (code) => {
        this.end(exitError(`the function ended its process with exit code ${code}`));
        resolve();
      });
    });
  }

  private receive(message: FromThread): void {
    switch (message.type) {
      case "log":
        this.options.log(message.text);
        break;
      case "idle":
        this.waitForNextTimer(message.nextTimerAt);
        break;
      case "answer":
        this.finish?.({ result: JSON.parse(message.json) });
        break;
      case "failure":
        this.finish?.({ error: message.error });
        break;
    }
  }

  private waitForNextTimer(nextTimerAt: number | undefined): void {
    if (!this.finish) return;
    const { clock } = this.options;
    if (nextTimerAt !== undefined) {
      this.wake = clock.setTimeout(() => {
        this.isBusy = true;
        this.post({ type: "advance", to: clock.now() });
      }, nextTimerAt - clock.now());
    }
    this.announceSettled();
  }

  private end(error: FunctionError): void {
    this.isAlive = false;
    this.stopWaiting();
    this.finish?.({ error });
  }

  /** Frozen until the next invocation, as Lambda freezes a function that has answered. */
  private setIdle(): void {
    this.options.clock.clearTimeout(this.wake);
    this.announceSettled();
  }

  private announceSettled(): void {
    this.isBusy = false;
    const waiters = this.settledWaiters;
    this.settledWaiters = [];
    for (const resolve of waiters) resolve();
  }

  private post(message: ToThread): void {
    this.worker.postMessage(message);
  }
}

function exitError(reason: string): FunctionError {
  return { errorType: "Runtime.ExitError", errorMessage: `Runtime exited: ${reason}` };
}

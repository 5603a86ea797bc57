import { settings } from "../../pipeline/settings";
import { systemClock, type Clock } from "../clock/clock";
import { localAccount } from "../schedule";
import { functionEnvironment, logStream, type FunctionSettings } from "./function-environment";
import { FunctionThread, type Outcome, type ThreadInvocation } from "./function-thread";
import type { ContextData, FunctionError } from "./messages";
import { unpackFunction, type TaskRoot } from "./task-root";

export interface LocalFunctionOptions extends FunctionSettings {
  /** The deployment package. */
  readonly zip: Uint8Array;
  /** On a virtual clock the function lives in that time; on any other, in the machine's. */
  readonly clock: Clock;
  /** A new UUID each time. */
  readonly ids: () => string;
  /** Takes what the function logs and what Lambda adds to it, line by line. */
  readonly log: (text: string) => void;
  /** Of Math.random in virtual time. @default settings.generator.seed */
  readonly seed?: number;
  /**
   * Ends an invocation on a virtual clock that keeps the thread busy for this long by the machine's, which would
   * otherwise stand still for ever. @default 60,000
   */
  readonly stuckAfterMs?: number;
  /** Measures that. @default systemClock */
  readonly wallClock?: Clock;
}

/** What became of one invocation. */
export interface Invocation {
  readonly requestId: string;
  /** By the function's clock. */
  readonly durationMs: number;
  /** What the handler returned, as its JSON says, or why it returned nothing. */
  readonly outcome: Outcome;
}

const stopped: FunctionError = { errorType: "Sandbox.Stopped", errorMessage: "The function was stopped." };
const defaultStuckAfterMs = 60_000;

/**
 * A Lambda function on this machine: the deployment package as it is, in a thread with Lambda's environment, memory
 * limit and timeout. Invocations come one after the other, as with a reserved concurrency of one.
 */
export class LocalFunction {
  private readonly root: TaskRoot;
  private thread: FunctionThread;
  private last: Promise<unknown> = Promise.resolve();
  private isStopped = false;

  constructor(private readonly options: LocalFunctionOptions) {
    this.root = unpackFunction(options.zip);
    this.thread = this.newThread();
  }

  /** Never rejects: what goes wrong in the function is the invocation's outcome, as in Lambda. */
  invoke(event: unknown): Promise<Invocation> {
    const invocation = this.last.then(() => this.invokeNow(event));
    this.last = invocation;
    return invocation;
  }

  /**
   * Waits for the invocation under way, ends the thread and removes the unpacked function.
   *
   * @param options.isUrgent ends the invocation under way with an error instead
   */
  async close({ isUrgent = false }: { readonly isUrgent?: boolean } = {}): Promise<void> {
    if (isUrgent) {
      this.isStopped = true;
      await this.thread.kill(stopped);
    }
    await this.last;
    if (this.thread.isAlive) await this.thread.stop();
    this.root.remove();
  }

  private async invokeNow(event: unknown): Promise<Invocation> {
    const { clock, ids, log, memoryMib, timeoutSeconds } = this.options;
    if (this.isStopped) return { requestId: ids(), durationMs: 0, outcome: { error: stopped } };
    // A thread that was killed is replaced at the next invocation: a cold start.
    if (!this.thread.isAlive) this.thread = this.newThread();
    const requestId = ids();
    const begun = clock.now();
    const deadline = begun + timeoutSeconds * 1000;
    log(`START RequestId: ${requestId} Version: $LATEST\n`);
    const outcome = await this.invokeInTime({ event, deadline, context: this.context(requestId) });
    const durationMs = clock.now() - begun;
    if ("error" in outcome) log(`${JSON.stringify(outcome.error)}\n`);
    const duration = `Duration: ${durationMs.toFixed(2)} ms\tBilled Duration: ${Math.ceil(durationMs)} ms`;
    log(`END RequestId: ${requestId}\n`);
    log(`REPORT RequestId: ${requestId}\t${duration}\tMemory Size: ${memoryMib} MB\n`);
    return { requestId, durationMs, outcome };
  }

  private async invokeInTime(invocation: ThreadInvocation): Promise<Outcome> {
    const {
      clock,
      timeoutSeconds,
      stuckAfterMs = defaultStuckAfterMs,
      wallClock = systemClock,
    } = this.options;
    const { thread } = this;
    const killAfter = (timer: Clock, milliseconds: number, reason: string) => {
      const handle = timer.setTimeout(() => void thread.kill(timeoutError(invocation, reason)), milliseconds);
      return () => {
        timer.clearTimeout(handle);
      };
    };
    const stopTimers = [
      killAfter(clock, timeoutSeconds * 1000, `Task timed out after ${timeoutSeconds.toFixed(2)} seconds`),
      ...(clock === wallClock
        ? []
        : [
            killAfter(
              wallClock,
              stuckAfterMs,
              `Task kept its thread busy for ${stuckAfterMs / 1000} seconds`,
            ),
          ]),
    ];
    try {
      return await thread.invoke(invocation);
    } finally {
      for (const stop of stopTimers) stop();
    }
  }

  private newThread(): FunctionThread {
    const { handler, memoryMib, clock, log, seed = settings.generator.seed } = this.options;
    const environment = functionEnvironment(this.options, this.root.directory);
    return new FunctionThread({ root: this.root, handler, environment, memoryMib, clock, seed, log });
  }

  private context(awsRequestId: string): ContextData {
    const { name, region, memoryMib, logGroup } = this.options;
    return {
      functionName: name,
      functionVersion: "$LATEST",
      invokedFunctionArn: `arn:aws:lambda:${region}:${localAccount}:function:${name}`,
      memoryLimitInMB: String(memoryMib),
      awsRequestId,
      logGroupName: logGroup,
      logStreamName: logStream,
    };
  }
}

function timeoutError({ context }: ThreadInvocation, reason: string): FunctionError {
  return {
    errorType: "Sandbox.Timedout",
    errorMessage: `RequestId: ${context.awsRequestId} Error: ${reason}`,
  };
}

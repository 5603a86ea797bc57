import { settings } from "../pipeline/settings";
import type { PipelineNames } from "../pipeline/names";
import type { Clock, TimerHandle } from "./clock/clock";
import type { Invocation, LocalFunction } from "./function/local-function";
import { scheduledEvent } from "./schedule";

export interface GeneratorScheduleOptions {
  readonly names: PipelineNames;
  readonly generator: Pick<LocalFunction, "invoke" | "close">;
  readonly clock: Clock;
  /** A new UUID each time. */
  readonly ids: () => string;
  readonly onInvocation: (invocation: Invocation, startedMs: number) => void;
}

/** Invokes the data generator at once and from then on by its schedule, until it is stopped. */
export class GeneratorSchedule {
  private readonly startedMs: number;
  private timer: TimerHandle;
  private invocations = 0;
  private isRunning = false;
  private isStopped = false;

  constructor(private readonly options: GeneratorScheduleOptions) {
    this.startedMs = options.clock.now();
    this.invoke();
  }

  /** Ends the invocation under way: it may have most of a minute left. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.options.clock.clearTimeout(this.timer);
    await this.options.generator.close({ isUrgent: true });
  }

  private invoke(): void {
    const { clock, names, generator, ids, onInvocation } = this.options;
    const now = clock.now();
    // One at a time: an event that finds the last one running is too late by the time it could run, and is dropped.
    if (!this.isRunning) {
      this.isRunning = true;
      void generator.invoke(scheduledEvent(names, settings.region, now, ids())).then((invocation) => {
        this.isRunning = false;
        if (!this.isStopped) onInvocation(invocation, now);
      });
    }
    this.invocations += 1;
    const next = this.startedMs + this.invocations * settings.generator.scheduleSeconds * 1000;
    this.timer = clock.setTimeout(() => {
      this.invoke();
    }, next - now);
  }
}

import type { PipelineNames } from "../pipeline/names";
import type { Clock } from "./clock/clock";

/** The account of everything local: AWS gives out no account with this number. */
export const localAccount = "000000000000";

/** What EventBridge hands to the target of a scheduled rule. */
export interface ScheduledEvent {
  readonly version: "0";
  readonly id: string;
  readonly "detail-type": "Scheduled Event";
  readonly source: "aws.events";
  readonly account: string;
  /** ISO 8601 without a fraction of a second. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, never>>;
}

/**
 * The event of a scheduled rule.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule.html
 */
export function scheduledEvent(
  { scheduleRule }: PipelineNames,
  region: string,
  timeMs: number,
  id: string,
): ScheduledEvent {
  return {
    version: "0",
    id,
    "detail-type": "Scheduled Event",
    source: "aws.events",
    account: localAccount,
    time: `${new Date(timeMs).toISOString().slice(0, 19)}Z`,
    region,
    resources: [`arn:aws:events:${region}:${localAccount}:rule/${scheduleRule}`],
    detail: {},
  };
}

/** Resolves when a time has come on the clock. */
export function until(clock: Clock, timeMs: number): Promise<void> {
  return new Promise((resolve) => {
    clock.setTimeout(resolve, timeMs - clock.now());
  });
}

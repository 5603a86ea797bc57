import type { AlarmDefinition } from "../../pipeline/alarms";
import { metricKey } from "./metric-key";
import type { MetricStore } from "./metric-store";
import { datapoints, periodStart } from "./statistic-set";

export type AlarmState = "OK" | "ALARM" | "INSUFFICIENT_DATA";

export interface AlarmEvaluation {
  readonly now: number;
  /** When metrics began to be collected: earlier periods say nothing. */
  readonly since: number;
  readonly isGenerating: boolean;
}

const minute = 60;

/**
 * The state that CloudWatch would show, from the last whole minutes.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
 */
export function alarmState(
  alarm: AlarmDefinition,
  metrics: Pick<MetricStore, "sets">,
  { now, since, isGenerating }: AlarmEvaluation,
): AlarmState {
  const { metric, statistic, period, evaluationPeriods } = alarm;
  const end = periodStart(now, minute);
  const start = end - evaluationPeriods * period * 1000;
  if (start < periodStart(since, minute) && alarm.missingData !== "notBreaching") return "INSUFFICIENT_DATA";
  const sets = metrics.sets(metricKey(metric), minute, start);
  const isMissingBreaching = alarm.missingData === "breachingWhileGenerating" && isGenerating;
  for (let window = start; window < end; window += period * 1000) {
    // Windows end now and not at multiples of the period: counted from the window's start, they are one period.
    const shifted = sets
      .filter((set) => set.start >= window && set.start < window + period * 1000)
      .map((set) => ({ ...set, start: 0 }));
    const [point] = datapoints(shifted, { periodSeconds: period, statistic, startMs: 0, endMs: 1 });
    const isBreaching = point ? isBeyond(alarm, point.value) : isMissingBreaching;
    if (!isBreaching) return "OK";
  }
  return "ALARM";
}

function isBeyond({ comparisonOperator, threshold }: AlarmDefinition, value: number): boolean {
  return comparisonOperator === "GreaterThanThreshold" ? value > threshold : value < threshold;
}

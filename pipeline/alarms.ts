import type { MetricRowOptions } from "./dashboard-body";
import type { Metric, PipelineMetrics } from "./metrics";
import type { PipelineNames } from "./names";

/** When an alarm goes off. The names are CloudWatch's. */
export interface AlarmDefinition {
  readonly name: string;
  readonly description: string;
  readonly metric: Metric;
  readonly statistic: MetricRowOptions["stat"];
  readonly comparisonOperator: "GreaterThanThreshold" | "LessThanThreshold";
  readonly threshold: number;
  /** Seconds. */
  readonly period: number;
  /** So many periods in a row must be beyond the threshold. */
  readonly evaluationPeriods: number;
  /** Whether a period without a datapoint is beyond the threshold. */
  readonly missingData: "notBreaching" | "breachingWhileGenerating";
}

export interface AlarmLimits {
  /** Age of the oldest undelivered record that is too much, in seconds. */
  readonly freshnessSeconds: number;
  /** Minutes without a record that are too many while the generator runs. */
  readonly noIncomingRecordsMinutes: number;
}

export type AlarmName = keyof PipelineNames["alarms"];

/** The pipeline's alarms: rows that fail, data that is late, a generator that errs, a stream that nothing reaches. */
export function pipelineAlarms(
  names: PipelineNames["alarms"],
  metrics: PipelineMetrics,
  { freshnessSeconds, noIncomingRecordsMinutes }: AlarmLimits,
): Readonly<Record<AlarmName, AlarmDefinition>> {
  return {
    failedRows: {
      name: names.failedRows,
      description: "Firehose could not write rows to the table; they are in the error bucket.",
      metric: metrics.failedRows,
      statistic: "Sum",
      comparisonOperator: "GreaterThanThreshold",
      threshold: 0,
      period: 300,
      evaluationPeriods: 1,
      missingData: "notBreaching",
    },
    staleData: {
      name: names.staleData,
      description: `The oldest record that is not in the table has waited more than ${freshnessSeconds / 60} minutes.`,
      metric: metrics.freshness,
      statistic: "Maximum",
      comparisonOperator: "GreaterThanThreshold",
      threshold: freshnessSeconds,
      period: 300,
      evaluationPeriods: 1,
      missingData: "notBreaching",
    },
    generatorErrors: {
      name: names.generatorErrors,
      description: "The data generator failed, or could not deliver all of its readings in time.",
      metric: metrics.errors,
      statistic: "Sum",
      comparisonOperator: "GreaterThanThreshold",
      threshold: 0,
      period: 60,
      evaluationPeriods: 1,
      missingData: "notBreaching",
    },
    noIncomingRecords: {
      name: names.noIncomingRecords,
      description: `No record has reached the stream for ${noIncomingRecordsMinutes} minutes while the generator is enabled.`,
      metric: metrics.incomingRecords,
      statistic: "Sum",
      comparisonOperator: "LessThanThreshold",
      threshold: 1,
      period: 60,
      evaluationPeriods: noIncomingRecordsMinutes,
      // A stream without records has no datapoints at all. While the generator is paused that is as it should be.
      missingData: "breachingWhileGenerating",
    },
  };
}

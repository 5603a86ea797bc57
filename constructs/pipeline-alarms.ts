import { Construct } from "constructs";
import {
  CloudwatchMetricAlarm,
  type CloudwatchMetricAlarmConfig,
} from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm";
import { Token, conditional } from "cdktf";
import type { Metric, PipelineMetrics } from "../pipeline/metrics";
import type { PipelineNames } from "../pipeline/names";
import type { Condition } from "./counted-resource";

export interface PipelineAlarmsProps {
  readonly names: PipelineNames["alarms"];
  readonly metrics: PipelineMetrics;
  /** Age of the oldest undelivered record that is too much, in seconds. */
  readonly freshnessSeconds: number;
  /** Minutes without a record that are too many while the generator runs. */
  readonly noIncomingRecordsMinutes: number;
  readonly generatorEnabled: Condition;
  /** ARNs that are told when an alarm goes off and when it is over. */
  readonly actions: string[];
}

type Threshold = Pick<
  CloudwatchMetricAlarmConfig,
  "comparisonOperator" | "threshold" | "statistic" | "period" | "evaluationPeriods" | "treatMissingData"
>;

/** Four alarms: rows that fail, data that is late, a generator that errs, a stream that nothing reaches. */
export class PipelineAlarms extends Construct {
  readonly failedRows: CloudwatchMetricAlarm;
  readonly staleData: CloudwatchMetricAlarm;
  readonly generatorErrors: CloudwatchMetricAlarm;
  readonly noIncomingRecords: CloudwatchMetricAlarm;

  constructor(scope: Construct, id: string, props: PipelineAlarmsProps) {
    super(scope, id);
    const { names, metrics } = props;

    const alarm = (
      alarmId: string,
      alarmName: string,
      alarmDescription: string,
      metric: Metric,
      threshold: Threshold,
    ) =>
      new CloudwatchMetricAlarm(this, alarmId, {
        alarmName,
        alarmDescription,
        namespace: metric.namespace,
        metricName: metric.name,
        dimensions: { ...metric.dimensions },
        ...threshold,
        alarmActions: props.actions,
        okActions: props.actions,
      });

    this.failedRows = alarm(
      "failed_rows_alarm",
      names.failedRows,
      "Firehose could not write rows to the table; they are in the error bucket.",
      metrics.failedRows,
      {
        statistic: "Sum",
        comparisonOperator: "GreaterThanThreshold",
        threshold: 0,
        period: 300,
        evaluationPeriods: 1,
        treatMissingData: "notBreaching",
      },
    );

    this.staleData = alarm(
      "stale_data_alarm",
      names.staleData,
      `The oldest record that is not in the table has waited more than ${props.freshnessSeconds / 60} minutes.`,
      metrics.freshness,
      {
        statistic: "Maximum",
        comparisonOperator: "GreaterThanThreshold",
        threshold: props.freshnessSeconds,
        period: 300,
        evaluationPeriods: 1,
        treatMissingData: "notBreaching",
      },
    );

    this.generatorErrors = alarm(
      "generator_errors_alarm",
      names.generatorErrors,
      "The data generator failed, or could not deliver all of its readings in time.",
      metrics.errors,
      {
        statistic: "Sum",
        comparisonOperator: "GreaterThanThreshold",
        threshold: 0,
        period: 60,
        evaluationPeriods: 1,
        treatMissingData: "notBreaching",
      },
    );

    this.noIncomingRecords = alarm(
      "no_incoming_records_alarm",
      names.noIncomingRecords,
      `No record has reached the stream for ${props.noIncomingRecordsMinutes} minutes while the generator is enabled.`,
      metrics.incomingRecords,
      {
        statistic: "Sum",
        comparisonOperator: "LessThanThreshold",
        threshold: 1,
        period: 60,
        evaluationPeriods: props.noIncomingRecordsMinutes,
        // A stream without records has no data points at all. While the generator is paused that is as it should be.
        treatMissingData: Token.asString(conditional(props.generatorEnabled, "breaching", "notBreaching")),
      },
    );
  }
}

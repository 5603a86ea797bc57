import { Construct } from "constructs";
import { CloudwatchMetricAlarm } from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm";
import { Token, conditional } from "cdktf";
import { pipelineAlarms, type AlarmDefinition, type AlarmLimits } from "../pipeline/alarms";
import type { PipelineMetrics } from "../pipeline/metrics";
import type { PipelineNames } from "../pipeline/names";
import type { Condition } from "./counted-resource";

export interface PipelineAlarmsProps extends AlarmLimits {
  readonly names: PipelineNames["alarms"];
  readonly metrics: PipelineMetrics;
  readonly generatorEnabled: Condition;
  /** ARNs that are told when an alarm goes off and when it is over. */
  readonly actions: string[];
}

/** The pipeline's alarms in CloudWatch. */
export class PipelineAlarms extends Construct {
  readonly failedRows: CloudwatchMetricAlarm;
  readonly staleData: CloudwatchMetricAlarm;
  readonly generatorErrors: CloudwatchMetricAlarm;
  readonly noIncomingRecords: CloudwatchMetricAlarm;

  constructor(scope: Construct, id: string, props: PipelineAlarmsProps) {
    super(scope, id);
    const { actions, generatorEnabled } = props;

    const alarm = (alarmId: string, definition: AlarmDefinition) =>
      new CloudwatchMetricAlarm(this, alarmId, {
        alarmName: definition.name,
        alarmDescription: definition.description,
        namespace: definition.metric.namespace,
        metricName: definition.metric.name,
        dimensions: { ...definition.metric.dimensions },
        statistic: definition.statistic,
        comparisonOperator: definition.comparisonOperator,
        threshold: definition.threshold,
        period: definition.period,
        evaluationPeriods: definition.evaluationPeriods,
        treatMissingData:
          definition.missingData === "notBreaching"
            ? "notBreaching"
            : Token.asString(conditional(generatorEnabled, "breaching", "notBreaching")),
        alarmActions: actions,
        okActions: actions,
      });

    const alarms = pipelineAlarms(props.names, props.metrics, props);
    this.failedRows = alarm("failed_rows_alarm", alarms.failedRows);
    this.staleData = alarm("stale_data_alarm", alarms.staleData);
    this.generatorErrors = alarm("generator_errors_alarm", alarms.generatorErrors);
    this.noIncomingRecords = alarm("no_incoming_records_alarm", alarms.noIncomingRecords);
  }
}

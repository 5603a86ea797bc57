import { TerraformOutput, TerraformVariable } from "cdktf";
import { AlarmTopic } from "../../constructs/alarm-topic";
import { PipelineAlarms } from "../../constructs/pipeline-alarms";
import { pipelineMetrics } from "../../pipeline/metrics";
import { pipelineNames } from "../../pipeline/names";
import { type Json, Synthesized } from "../support/synthesized";

const names = pipelineNames("my-stack");

describe("alarms", () => {
  const synthesized = Synthesized.scope((stack) => {
    const generatorEnabled = new TerraformVariable(stack, "generator_enabled", { type: "bool" });
    new PipelineAlarms(stack, "alarms", {
      names: names.alarms,
      metrics: pipelineMetrics(names),
      freshnessSeconds: 900,
      noIncomingRecordsMinutes: 10,
      generatorEnabled: generatorEnabled.booleanValue,
      actions: ["arn:aws:sns:us-east-1:123456789012:my-stack-alarms"],
    });
  });
  const alarms: Record<string, Json> = synthesized.json.resource.aws_cloudwatch_metric_alarm;

  it("goes off on any failed row", () => {
    expect(alarms.failed_rows_alarm).toMatchObject({
      alarm_name: "my-stack-failed-rows",
      namespace: "AWS/Firehose",
      metric_name: "DeliveryToIceberg.FailedRowCount",
      dimensions: { DeliveryStreamName: "my-stack" },
      statistic: "Sum",
      comparison_operator: "GreaterThanThreshold",
      threshold: 0,
    });
  });

  it("goes off when a record waits for more than 15 minutes", () => {
    expect(alarms.stale_data_alarm).toMatchObject({
      metric_name: "DeliveryToIceberg.DataFreshness",
      statistic: "Maximum",
      comparison_operator: "GreaterThanThreshold",
      threshold: 900,
    });
  });

  it("goes off on any error of the generator", () => {
    expect(alarms.generator_errors_alarm).toMatchObject({
      namespace: "AWS/Lambda",
      metric_name: "Errors",
      dimensions: { FunctionName: "my-stack-data-generator" },
      statistic: "Sum",
      comparison_operator: "GreaterThanThreshold",
      threshold: 0,
    });
  });

  it("goes off when no record came for 10 minutes", () => {
    const { period, evaluation_periods: periods, ...alarm } = alarms.no_incoming_records_alarm!;

    expect(alarm).toMatchObject({
      metric_name: "IncomingRecords",
      statistic: "Sum",
      comparison_operator: "LessThanThreshold",
      threshold: 1,
    });
    expect(period * periods).toBe(600);
  });

  it("takes missing data as a fault for incoming records alone, and only while the generator is enabled", () => {
    const missing = Object.fromEntries(
      Object.entries(alarms).map(([id, alarm]) => [id, alarm.treat_missing_data as string]),
    );

    expect(missing).toEqual({
      failed_rows_alarm: "notBreaching",
      stale_data_alarm: "notBreaching",
      generator_errors_alarm: "notBreaching",
      no_incoming_records_alarm: '${var.generator_enabled ? "breaching" : "notBreaching"}',
    });
  });

  it("tells the topic when it goes off and when it is over", () => {
    expect(Object.keys(alarms)).toHaveLength(4);
    for (const alarm of Object.values(alarms)) {
      expect(alarm.alarm_actions).toEqual(["arn:aws:sns:us-east-1:123456789012:my-stack-alarms"]);
      expect(alarm.ok_actions).toEqual(alarm.alarm_actions);
    }
  });
});

describe("alarm topic", () => {
  const synthesized = Synthesized.scope((stack) => {
    const topic = new AlarmTopic(stack, "alarm-topic", {
      enabled: false,
      topicName: "my-stack-alarms",
      email: "team@example.com",
      keyArn: "arn:aws:kms:us-east-1:123456789012:key/k",
    });
    new TerraformOutput(stack, "actions", { value: topic.actions });
  });

  it("is encrypted with the customer key and sends e-mail", () => {
    expect(synthesized.resource("aws_sns_topic")).toMatchObject({
      name: "my-stack-alarms",
      kms_master_key_id: "arn:aws:kms:us-east-1:123456789012:key/k",
    });
    expect(synthesized.resource("aws_sns_topic_subscription")).toMatchObject({
      protocol: "email",
      endpoint: "team@example.com",
    });
  });

  it("exists only when someone is to be told, and otherwise gives alarms no action", () => {
    expect(synthesized.resource("aws_sns_topic").count).toBe("${false ? 1 : 0}");
    expect(synthesized.resource("aws_sns_topic_subscription").count).toBe("${false ? 1 : 0}");
    expect(synthesized.json.output.actions.value).toBe("${aws_sns_topic.alarm_topic[*].arn}");
  });
});

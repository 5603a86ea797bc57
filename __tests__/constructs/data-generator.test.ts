import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DataGenerator, type DataGeneratorProps } from "../../constructs/data-generator";
import { GeneratorRole } from "../../constructs/generator-role";
import { settings } from "../../pipeline/settings";
import { Synthesized } from "../support/synthesized";

function synthesize(props: Partial<DataGeneratorProps> = {}): Synthesized {
  return Synthesized.scope((stack) => {
    const { role } = new GeneratorRole(stack, "generator-role", { roleName: "demo-data-generator" });
    new DataGenerator(stack, "data-generator", {
      functionName: "demo-data-generator",
      role,
      logGroupName: "/aws/lambda/demo-data-generator",
      logStreamsArn: "arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/demo-data-generator:*",
      streamArn: "arn:aws:firehose:us-east-1:123456789012:deliverystream/demo",
      streamName: "demo",
      ruleName: "demo-every-minute",
      scheduleEnabled: true,
      ...settings.generator,
      ...props,
    });
  });
}

describe("data generator", () => {
  const synthesized = synthesize();
  const lambda = synthesized.resource("aws_lambda_function");

  it("runs on arm64 and nodejs24.x with 512 MB for at most 60 s", () => {
    expect(lambda).toMatchObject({
      function_name: "demo-data-generator",
      runtime: "nodejs24.x",
      architectures: ["arm64"],
      memory_size: 512,
      timeout: 60,
      handler: "index.handler",
      environment: {
        variables: { STREAM_NAME: "demo", RECORDS_PER_SECOND: "200", RUN_SECONDS: "50", SEED: "1" },
      },
    });
  });

  it("is deployed as the zip whose base64 SHA-256 is its source code hash", () => {
    const zip = readFileSync(join(__dirname, "..", "..", ".build", "data-generator.zip"));

    expect(lambda.source_code_hash).toBe(createHash("sha256").update(zip).digest("base64"));
    expect(lambda.filename).toMatch(/^assets\/data_generator_zip\/[0-9a-f]{32}\/data-generator\.zip$/);
  });

  it("logs to a group that exists before it and keeps a day", () => {
    expect(synthesized.resource("aws_cloudwatch_log_group")).toEqual({
      name: "/aws/lambda/demo-data-generator",
      retention_in_days: 1,
    });
    expect(lambda.depends_on).toContain("aws_cloudwatch_log_group.data_generator_log_group");
  });

  it("is run by Lambda, and may put to its stream and write its own log alone", () => {
    expect(synthesized.statements("generator_role_trust")).toEqual([
      {
        sid: "LambdaRunsTheGenerator",
        actions: ["sts:AssumeRole"],
        principals: [{ type: "Service", identifiers: ["lambda.amazonaws.com"] }],
      },
    ]);
    expect(synthesized.statements("generator_permissions")).toEqual([
      {
        sid: "PutRecordsToTheStream",
        actions: ["firehose:PutRecordBatch"],
        resources: ["arn:aws:firehose:us-east-1:123456789012:deliverystream/demo"],
      },
      {
        sid: "WriteOwnLog",
        actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
        resources: ["arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/demo-data-generator:*"],
      },
    ]);
  });

  it("is never run twice for one event: no retries, and the shortest event age that AWS allows", () => {
    const once = { maximum_retry_attempts: 0, maximum_event_age_in_seconds: 60 };

    expect(synthesized.resource("aws_lambda_function_event_invoke_config")).toMatchObject(once);
    expect(synthesized.resource("aws_cloudwatch_event_target").retry_policy).toEqual(once);
  });

  it("is invoked every minute, by this rule only", () => {
    expect(synthesized.resource("aws_cloudwatch_event_rule")).toMatchObject({
      name: "demo-every-minute",
      schedule_expression: "rate(1 minute)",
      state: '${true ? "ENABLED" : "DISABLED"}',
    });
    expect(synthesized.resource("aws_cloudwatch_event_target")).toMatchObject({
      rule: "${aws_cloudwatch_event_rule.schedule.name}",
      arn: "${aws_lambda_function.data_generator.arn}",
    });
    expect(synthesized.resource("aws_lambda_permission")).toMatchObject({
      action: "lambda:InvokeFunction",
      principal: "events.amazonaws.com",
      source_arn: "${aws_cloudwatch_event_rule.schedule.arn}",
    });
  });

  it("rejects a run that does not fit into its time, or records that no stream takes", () => {
    expect(() => synthesize({ runSeconds: 60 })).toThrow("pipeline/settings.ts");
    expect(() => synthesize({ runSeconds: 60 })).toThrow("runSeconds");
    expect(() => synthesize({ recordsPerSecond: 1_000_000 })).toThrow("recordsPerSecond");
  });

  it("is paused by a disabled schedule", () => {
    expect(synthesize({ scheduleEnabled: false }).resource("aws_cloudwatch_event_rule").state).toBe(
      '${false ? "ENABLED" : "DISABLED"}',
    );
  });

  it("is not invoked before its permission and its no-retry rule are there", () => {
    expect(synthesized.resource("aws_cloudwatch_event_target").depends_on).toEqual([
      "aws_lambda_permission.schedule_permission",
      "aws_lambda_function_event_invoke_config.generator_invoke_config",
    ]);
  });
});

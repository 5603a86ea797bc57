import { join } from "node:path";
import { Construct } from "constructs";
import { CloudwatchEventRule } from "@cdktf/provider-aws/lib/cloudwatch-event-rule";
import { CloudwatchEventTarget } from "@cdktf/provider-aws/lib/cloudwatch-event-target";
import { DataAwsIamPolicyDocument } from "@cdktf/provider-aws/lib/data-aws-iam-policy-document";
import type { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { LambdaFunctionEventInvokeConfig } from "@cdktf/provider-aws/lib/lambda-function-event-invoke-config";
import { LambdaPermission } from "@cdktf/provider-aws/lib/lambda-permission";
import { Token, conditional } from "cdktf";
import { generatorEnvironment } from "../pipeline/generator-environment";
import {
  type GeneratorSchedule,
  type GeneratorSettings,
  generatorSettingsProblems,
} from "../pipeline/generator-settings";
import { BundledFunction } from "./bundled-function";
import type { Condition } from "./counted-resource";
import { putRecords, writeFunctionLogs } from "./iam-actions";

export interface DataGeneratorProps extends GeneratorSettings, GeneratorSchedule {
  readonly functionName: string;
  readonly role: IamRole;
  readonly logGroupName: string;
  /** The log group's ARN with `:*`, its log streams. */
  readonly logStreamsArn: string;
  readonly logRetentionDays: number;
  /** The one stream that the function may put records to. */
  readonly streamArn: string;
  readonly streamName: string;
  readonly runtime: string;
  readonly architecture: string;
  readonly memoryMib: number;
  readonly ruleName: string;
  /** EventBridge schedule expression, which says the same as `scheduleSeconds`. */
  readonly schedule: string;
  /** False pauses the schedule. */
  readonly scheduleEnabled: Condition;
  readonly maximumRetryAttempts: number;
  /** Seconds after which an invocation that could not start is dropped. */
  readonly maximumEventAgeSeconds: number;
}

/**
 * The data generator: a Lambda function that EventBridge invokes on a schedule.
 *
 * Both EventBridge and Lambda's asynchronous queue would repeat a failed run, which would send its readings twice; both are
 * told not to.
 */
export class DataGenerator extends Construct {
  readonly permissions: DataAwsIamPolicyDocument;
  readonly policy: IamRolePolicy;
  readonly bundledFunction: BundledFunction;
  readonly invokeConfig: LambdaFunctionEventInvokeConfig;
  readonly rule: CloudwatchEventRule;
  readonly permission: LambdaPermission;
  readonly target: CloudwatchEventTarget;

  /** @throws Error when the settings do not fit into a run, or into what a stream takes */
  constructor(scope: Construct, id: string, props: DataGeneratorProps) {
    super(scope, id);
    const problems = generatorSettingsProblems(props);
    if (problems.length > 0)
      throw new Error(`Data generator settings (pipeline/settings.ts): ${problems.join("; ")}.`);

    this.permissions = new DataAwsIamPolicyDocument(this, "generator_permissions", {
      statement: [
        { sid: "PutRecordsToTheStream", actions: [...putRecords], resources: [props.streamArn] },
        { sid: "WriteOwnLog", actions: [...writeFunctionLogs], resources: [props.logStreamsArn] },
      ],
    });
    this.policy = new IamRolePolicy(this, "generator_policy", {
      name: "generator",
      role: props.role.name,
      policy: this.permissions.json,
    });

    this.bundledFunction = new BundledFunction(this, "data_generator", {
      directory: join(__dirname, "..", "functions", "data-generator"),
      functionName: props.functionName,
      description: "Sends IoT sensor readings to Firehose at a steady pace",
      role: props.role,
      runtime: props.runtime,
      architecture: props.architecture,
      memoryMib: props.memoryMib,
      timeoutSeconds: props.timeoutSeconds,
      environment: generatorEnvironment(props, props.streamName),
      logGroupName: props.logGroupName,
      logRetentionDays: props.logRetentionDays,
      dependsOn: [this.policy],
    });
    const lambda = this.bundledFunction.function;

    this.invokeConfig = new LambdaFunctionEventInvokeConfig(this, "generator_invoke_config", {
      functionName: lambda.functionName,
      maximumRetryAttempts: props.maximumRetryAttempts,
      maximumEventAgeInSeconds: props.maximumEventAgeSeconds,
    });

    this.rule = new CloudwatchEventRule(this, "schedule", {
      name: props.ruleName,
      description: "Invokes the data generator every minute",
      scheduleExpression: props.schedule,
      state: Token.asString(conditional(props.scheduleEnabled, "ENABLED", "DISABLED")),
    });
    this.permission = new LambdaPermission(this, "schedule_permission", {
      statementId: "AllowExecutionFromEventBridge",
      action: "lambda:InvokeFunction",
      functionName: lambda.functionName,
      principal: "events.amazonaws.com",
      sourceArn: this.rule.arn,
    });
    this.target = new CloudwatchEventTarget(this, "schedule_target", {
      rule: this.rule.name,
      targetId: "lambda",
      arn: lambda.arn,
      retryPolicy: {
        maximumRetryAttempts: props.maximumRetryAttempts,
        maximumEventAgeInSeconds: props.maximumEventAgeSeconds,
      },
      // An event before these two are there would be refused, or repeated when it fails.
      dependsOn: [this.permission, this.invokeConfig],
    });
  }
}

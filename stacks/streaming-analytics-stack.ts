import { DataAwsCallerIdentity } from "@cdktf/provider-aws/lib/data-aws-caller-identity";
import { DataAwsPartition } from "@cdktf/provider-aws/lib/data-aws-partition";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { NullProvider } from "@cdktf/provider-null/lib/provider";
import type { Construct } from "constructs";
import { Fn, Op, Token, conditional } from "cdktf";
import { AlarmTopic } from "../constructs/alarm-topic";
import { DataGenerator } from "../constructs/data-generator";
import { DeliveryPermissions } from "../constructs/delivery-permissions";
import { DeliveryRole } from "../constructs/delivery-role";
import { DeliveryStream } from "../constructs/delivery-stream";
import { EncryptionKey } from "../constructs/encryption-key";
import { ErrorBucket } from "../constructs/error-bucket";
import { GeneratorRole } from "../constructs/generator-role";
import { LakeFormationGrants } from "../constructs/lake-formation-grants";
import { PipelineAlarms } from "../constructs/pipeline-alarms";
import { PipelineDashboard } from "../constructs/pipeline-dashboard";
import { SensorTable } from "../constructs/sensor-table";
import { TableEncryptionLock } from "../constructs/table-encryption-lock";
import { pipelineArns } from "../pipeline/arns";
import { dashboardBody } from "../pipeline/dashboard-body";
import { pipelineMetrics } from "../pipeline/metrics";
import { pipelineNames } from "../pipeline/names";
import { sensorReadingColumns } from "../pipeline/sensor-reading";
import { settings } from "../pipeline/settings";
import { PlainIdStack } from "./plain-id-stack";
import { addStackOutputs } from "./stack-outputs";
import { StackVariables } from "./stack-variables";
import { configureStateBackend } from "./state-backend";

/** The whole pipeline: a schedule, a function, a delivery stream, an Iceberg table, and what watches and guards them. */
export class StreamingAnalyticsStack extends PlainIdStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    configureStateBackend(this);

    const variables = new StackVariables(this, "variables");
    const stackName = variables.stackName.stringValue;
    const region = variables.region.stringValue;
    const encrypted = variables.enableEncryption.booleanValue;
    const notify = Op.gte(Fn.lengthOf(variables.alarmEmail.stringValue), 1);

    new NullProvider(this, "null");
    new AwsProvider(this, "aws", {
      region,
      defaultTags: [{ tags: { Project: settings.project, Stack: stackName, ManagedBy: "cdktf" } }],
    });
    const account = new DataAwsCallerIdentity(this, "current_account").accountId;
    const partition = new DataAwsPartition(this, "current_partition");

    const names = pipelineNames(stackName, (name) => Fn.replace(name, "-", "_"));
    const arns = pipelineArns(names, { partition: partition.partition, region, account });
    const s3ServiceEndpoint = `s3.${region}.${partition.dnsSuffix}`;

    const deliveryRole = new DeliveryRole(this, "delivery-role", { roleName: names.deliveryRole, account });

    const generatorRole = new GeneratorRole(this, "generator-role", { roleName: names.generatorRole });

    const encryptionKey = new EncryptionKey(this, "encryption-key", {
      enabled: encrypted,
      alias: names.encryptionKeyAlias,
      deletionWindowDays: settings.encryption.keyDeletionWindowDays,
      account,
      accountRootArn: arns.accountRoot,
      s3ServiceEndpoint,
      deliveryRoleArn: deliveryRole.role.arn,
      tableBucketArn: arns.tableBucket,
      errorBucketArn: arns.errorBucket,
      usedByAlarms: notify,
    });
    const { keyArn } = encryptionKey;
    const encryptionLock = new TableEncryptionLock(this, "table-encryption-lock", {
      encrypted,
      tableIdentity: { stack_name: stackName, region },
    });

    const sensorTable = new SensorTable(this, "sensor-table", {
      tableBucketName: names.tableBucket,
      namespaceName: names.namespace,
      tableName: names.table,
      columns: sensorReadingColumns,
      encrypted,
      keyArn,
      dependsOn: [encryptionLock.remembered],
    });
    const errorBucket = new ErrorBucket(this, "error-bucket", {
      bucketName: names.errorBucket,
      encrypted,
      keyArn,
      ...settings.errorBucket,
    });

    const deliveryPermissions = new DeliveryPermissions(this, "delivery-permissions", {
      role: deliveryRole.role,
      tableBucketArn: sensorTable.bucket.arn,
      glueResources: arns.glueResources,
      errorBucketArn: errorBucket.bucket.arn,
      logStreamsArn: arns.deliveryLogStreams,
      encrypted,
      keyArn,
      s3ServiceEndpoint,
    });
    const permissions = [deliveryPermissions.policy, deliveryPermissions.encryptionPolicy];
    const lakeFormationGrants = new LakeFormationGrants(this, "lake-formation-grants", {
      enabled: variables.lakeFormationGrants.booleanValue,
      region,
      catalogId: `${account}:${names.catalog}`,
      namespaceName: sensorTable.namespace.namespace,
      table: sensorTable.table,
      role: deliveryRole.role,
      dependsOn: [...permissions, errorBucket.bucket],
    });

    const deliveryStream = new DeliveryStream(this, "delivery-stream", {
      streamName: names.deliveryStream,
      roleArn: deliveryRole.role.arn,
      catalogArn: arns.tableBucketCatalog,
      namespaceName: sensorTable.namespace.namespace,
      tableName: sensorTable.table.name,
      errorBucketArn: errorBucket.bucket.arn,
      logGroupName: names.deliveryLogGroup,
      ...settings.deliveryStream,
      dependsOn: [
        ...permissions,
        lakeFormationGrants.grants,
        // Or the first failed records could land unencrypted, or overwrite each other.
        errorBucket.encryption,
        errorBucket.versioning,
        // A new role takes seconds to spread, and on destroy no role goes while the stream is still there.
        generatorRole.role,
      ],
    });

    const dataGenerator = new DataGenerator(this, "data-generator", {
      functionName: names.generatorFunction,
      role: generatorRole.role,
      logGroupName: names.generatorLogGroup,
      logStreamsArn: arns.generatorLogStreams,
      streamArn: deliveryStream.stream.arn,
      streamName: deliveryStream.stream.name,
      ruleName: names.scheduleRule,
      scheduleEnabled: variables.generatorEnabled.booleanValue,
      ...settings.generator,
    });

    const dashboard = new PipelineDashboard(this, "pipeline-dashboard", {
      dashboardName: names.dashboard,
      body: dashboardBody(names, region, arns),
    });
    const alarmTopic = new AlarmTopic(this, "alarm-topic", {
      enabled: notify,
      topicName: names.alarmTopic,
      email: variables.alarmEmail.stringValue,
      keyArn,
    });
    new PipelineAlarms(this, "pipeline-alarms", {
      names: names.alarms,
      metrics: pipelineMetrics(names),
      ...settings.alarms,
      generatorEnabled: variables.generatorEnabled.booleanValue,
      actions: alarmTopic.actions,
    });

    addStackOutputs(this, {
      firehose_stream_name: deliveryStream.stream.name,
      firehose_stream_arn: deliveryStream.stream.arn,
      table_bucket_name: sensorTable.bucket.name,
      table_bucket_arn: sensorTable.bucket.arn,
      error_bucket_name: errorBucket.bucket.bucket,
      error_output_uri: `s3://${errorBucket.bucket.bucket}/${settings.deliveryStream.errorPrefix}${settings.deliveryStream.errorOutputType}/`,
      glue_database_name: sensorTable.namespace.namespace,
      glue_table_name: sensorTable.table.name,
      athena_table: names.athenaTable,
      lambda_function_name: dataGenerator.bundledFunction.function.functionName,
      kms_key_arn: Token.asString(conditional(encrypted, keyArn, "")),
      dashboard_name: dashboard.dashboard.dashboardName,
      dashboard_url: `https://console.aws.amazon.com/cloudwatch/home?region=${region}#dashboards:name=${dashboard.dashboard.dashboardName}`,
      region,
    });
  }
}

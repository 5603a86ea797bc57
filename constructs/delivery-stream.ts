import { Construct } from "constructs";
import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { CloudwatchLogStream } from "@cdktf/provider-aws/lib/cloudwatch-log-stream";
import { KinesisFirehoseDeliveryStream } from "@cdktf/provider-aws/lib/kinesis-firehose-delivery-stream";
import type { ITerraformDependable } from "cdktf";
import { icebergDestinationLimits } from "../pipeline/firehose-limits";

export interface DeliveryStreamProps {
  readonly streamName: string;
  readonly roleArn: string;
  /** `arn:PARTITION:glue:REGION:ACCOUNT:catalog/s3tablescatalog/TABLE_BUCKET`. */
  readonly catalogArn: string;
  readonly namespaceName: string;
  readonly tableName: string;
  readonly errorBucketArn: string;
  /** Firehose appends `iceberg-failed/YYYY/MM/DD/HH/`, so it must hold no expression. */
  readonly errorPrefix: string;
  readonly bufferingSizeMib: number;
  readonly bufferingIntervalSeconds: number;
  readonly retryDurationSeconds: number;
  readonly logGroupName: string;
  readonly logRetentionDays: number;
  /** Permissions and grants: CreateDeliveryStream checks at once that the role reaches the table. */
  readonly dependsOn: readonly ITerraformDependable[];
}

/**
 * The Firehose delivery stream into the Iceberg table.
 *
 * Buffering hints stand twice: on the Iceberg configuration for rows, on its S3 configuration for failed records.
 * `append_only` lets Firehose scale by itself and cannot be changed later; readings are only ever appended.
 * https://docs.aws.amazon.com/firehose/latest/dev/apache-iceberg-destination.html
 */
export class DeliveryStream extends Construct {
  readonly logGroup: CloudwatchLogGroup;
  readonly tableLogStream: CloudwatchLogStream;
  readonly errorBucketLogStream: CloudwatchLogStream;
  readonly stream: KinesisFirehoseDeliveryStream;

  /** @throws Error when a number is out of Firehose's range; Terraform would see it only half-way through apply. */
  constructor(scope: Construct, id: string, props: DeliveryStreamProps) {
    super(scope, id);
    refuseOutOfRange(props);

    this.logGroup = new CloudwatchLogGroup(this, "delivery_log_group", {
      name: props.logGroupName,
      retentionInDays: props.logRetentionDays,
    });
    this.tableLogStream = new CloudwatchLogStream(this, "delivery_log_stream", {
      name: "DestinationDelivery",
      logGroupName: this.logGroup.name,
    });
    this.errorBucketLogStream = new CloudwatchLogStream(this, "backup_log_stream", {
      name: "BackupDelivery",
      logGroupName: this.logGroup.name,
    });

    const bufferingHints = {
      bufferingSize: props.bufferingSizeMib,
      bufferingInterval: props.bufferingIntervalSeconds,
    };
    const logTo = (stream: CloudwatchLogStream) => ({
      enabled: true,
      logGroupName: this.logGroup.name,
      logStreamName: stream.name,
    });
    this.stream = new KinesisFirehoseDeliveryStream(this, "delivery_stream", {
      name: props.streamName,
      destination: "iceberg",
      serverSideEncryption: { enabled: true, keyType: "AWS_OWNED_CMK" },
      icebergConfiguration: {
        roleArn: props.roleArn,
        catalogArn: props.catalogArn,
        appendOnly: true,
        ...bufferingHints,
        retryDuration: props.retryDurationSeconds,
        s3BackupMode: "FailedDataOnly",
        destinationTableConfiguration: [{ databaseName: props.namespaceName, tableName: props.tableName }],
        cloudwatchLoggingOptions: logTo(this.tableLogStream),
        s3Configuration: {
          roleArn: props.roleArn,
          bucketArn: props.errorBucketArn,
          prefix: props.errorPrefix,
          ...bufferingHints,
          cloudwatchLoggingOptions: logTo(this.errorBucketLogStream),
        },
      },
      dependsOn: [...props.dependsOn],
    });
  }
}

function refuseOutOfRange(props: DeliveryStreamProps): void {
  const problems = (["bufferingSizeMib", "bufferingIntervalSeconds", "retryDurationSeconds"] as const)
    .filter((key) => {
      const { min, max } = icebergDestinationLimits[key];
      return !Number.isInteger(props[key]) || props[key] < min || props[key] > max;
    })
    .map((key) => {
      const { min, max } = icebergDestinationLimits[key];
      return `${key} is ${props[key]}, but Firehose takes a whole number from ${min} to ${max}`;
    });
  if (problems.length > 0) {
    throw new Error(`Delivery stream settings (pipeline/settings.ts): ${problems.join("; ")}.`);
  }
}

import { pipelineArns, type Deployment } from "../../pipeline/arns";
import type { PipelineNames } from "../../pipeline/names";
import { settings as pipelineSettings } from "../../pipeline/settings";

/** Where the local stream claims to be: a partition and Region that exist, an account that does not. */
export const localDeployment: Deployment = {
  partition: "aws",
  region: pipelineSettings.region,
  account: "000000000000",
};

/** https://docs.aws.amazon.com/firehose/latest/APIReference/API_DeliveryStreamDescription.html */
export type DeliveryStreamDescription = ReturnType<typeof describeDeliveryStream>;

/** What DescribeDeliveryStream says of the stream that the stack deploys, with this stream's buffering. */
export function describeDeliveryStream(
  names: PipelineNames,
  {
    bufferingSizeMib,
    bufferingIntervalSeconds,
    retryDurationSeconds,
  }: {
    readonly bufferingSizeMib: number;
    readonly bufferingIntervalSeconds: number;
    readonly retryDurationSeconds: number;
  },
  createdAtMs: number,
) {
  const { partition, account } = localDeployment;
  const arns = pipelineArns(names, localDeployment);
  const roleArn = `arn:${partition}:iam::${account}:role/${names.deliveryRole}`;
  const bufferingHints = { SizeInMBs: bufferingSizeMib, IntervalInSeconds: bufferingIntervalSeconds };
  const { errorPrefix } = pipelineSettings.deliveryStream;
  return {
    DeliveryStreamName: names.deliveryStream,
    DeliveryStreamARN: arns.deliveryStream,
    DeliveryStreamStatus: "ACTIVE",
    DeliveryStreamEncryptionConfiguration: { Status: "DISABLED" },
    DeliveryStreamType: "DirectPut",
    VersionId: "1",
    CreateTimestamp: createdAtMs / 1000,
    Destinations: [
      {
        DestinationId: "destinationId-000000000001",
        IcebergDestinationDescription: {
          AppendOnly: true,
          BufferingHints: bufferingHints,
          CatalogConfiguration: { CatalogARN: arns.tableBucketCatalog },
          DestinationTableConfigurationList: [
            { DestinationDatabaseName: names.namespace, DestinationTableName: names.table },
          ],
          ProcessingConfiguration: { Enabled: false, Processors: [] },
          RetryOptions: { DurationInSeconds: retryDurationSeconds },
          RoleARN: roleArn,
          S3BackupMode: "FailedDataOnly",
          S3DestinationDescription: {
            BucketARN: arns.errorBucket,
            BufferingHints: bufferingHints,
            CompressionFormat: "UNCOMPRESSED",
            EncryptionConfiguration: { NoEncryptionConfig: "NoEncryption" },
            Prefix: errorPrefix,
            RoleARN: roleArn,
          },
        },
      },
    ],
    HasMoreDestinations: false,
  };
}

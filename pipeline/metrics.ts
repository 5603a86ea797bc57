import type { PipelineNames } from "./names";

/** One CloudWatch metric: what a dashboard widget draws, an alarm watches and the local pipeline records. */
export interface Metric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/**
 * The CloudWatch metrics of the pipeline.
 *
 * - Firehose: https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-metrics.html
 * - Lambda: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
 * - S3 Tables: daily, and the first point comes after 24 to 48 hours. Names and dimensions as seen in accounts; the
 *   documentation's prose names them differently.
 */
export function pipelineMetrics(
  names: Pick<PipelineNames, "deliveryStream" | "generatorFunction" | "tableBucket" | "namespace" | "table">,
) {
  const firehose = (name: string): Metric => ({
    namespace: "AWS/Firehose",
    name,
    dimensions: { DeliveryStreamName: names.deliveryStream },
  });
  const lambda = (name: string): Metric => ({
    namespace: "AWS/Lambda",
    name,
    dimensions: { FunctionName: names.generatorFunction },
  });
  const tableBucket = (name: string, storageType: string): Metric => ({
    namespace: "AWS/S3/Tables",
    name,
    dimensions: {
      TableBucketName: names.tableBucket,
      TableName: "ALL",
      Namespace: "ALL",
      StorageType: storageType,
    },
  });
  const compaction = (name: string): Metric => ({
    namespace: "AWS/S3/Tables",
    name,
    dimensions: {
      TableBucketName: names.tableBucket,
      TableName: names.table,
      Namespace: names.namespace,
      MaintenanceActivityType: "Compaction",
    },
  });
  return {
    /** Records accepted by the stream. */
    incomingRecords: firehose("IncomingRecords"),
    /** Rows committed to the table. */
    deliveredRows: firehose("DeliveryToIceberg.SuccessfulRowCount"),
    /** Rows that went to the error bucket instead. */
    failedRows: firehose("DeliveryToIceberg.FailedRowCount"),
    /** Age of the oldest undelivered record, in seconds. */
    freshness: firehose("DeliveryToIceberg.DataFreshness"),
    /** Bytes committed to the table. */
    deliveredBytes: firehose("DeliveryToIceberg.Bytes"),
    invocations: lambda("Invocations"),
    errors: lambda("Errors"),
    /** Milliseconds. */
    duration: lambda("Duration"),
    /** Bytes, once a day. */
    tableBucketSize: tableBucket("TableBucketSizeBytes", "TablesStandardStorage"),
    /** Objects, once a day. */
    tableBucketObjects: tableBucket("TableBucketNumberOfObjects", "ALL"),
    /** Small files that compaction merged. */
    compactedObjects: compaction("CompactionObjectsCount_binpack"),
    /** What those files held. */
    compactedBytes: compaction("CompactionBytesProcessed_binpack"),
  } as const satisfies Record<string, Metric>;
}

export type PipelineMetrics = ReturnType<typeof pipelineMetrics>;

/**
 * The custom metrics that the data generator writes into its log in CloudWatch's embedded metric format.
 * The dimension is the one of AWS/Firehose, so that both can stand in one widget.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export const generatorMetrics = {
  namespace: "S3TablesFirehose/DataGenerator",
  dimension: "DeliveryStreamName",
  /** Records that Firehose acknowledged. */
  recordsSent: "RecordsSent",
  /** Records that were sent again; a record counts once for each time. */
  recordsRetried: "RecordsRetried",
  /** Records that the run was to send and that Firehose did not acknowledge in time. */
  recordsUndelivered: "RecordsUndelivered",
} as const;

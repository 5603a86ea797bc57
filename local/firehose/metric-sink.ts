import type { Metric } from "../../pipeline/metrics";

/** Takes datapoints as CloudWatch would; what it does with them is its own business. */
export interface MetricSink {
  record(
    namespace: string,
    name: string,
    dimensions: Readonly<Record<string, string>>,
    value: number,
    timestampMs: number,
  ): void;
}

export const noMetrics: MetricSink = { record: () => undefined };

/**
 * What a delivery stream reports.
 * https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-metrics.html
 */
export type StreamMetric =
  | "IncomingRecords"
  | "IncomingBytes"
  | "IncomingPutRequests"
  | "ThrottledRecords"
  | "DeliveryToIceberg.IncomingRowCount"
  | "DeliveryToIceberg.SuccessfulRowCount"
  | "DeliveryToIceberg.FailedRowCount"
  | "DeliveryToIceberg.Bytes"
  | "DeliveryToIceberg.DataFreshness"
  | "DeliveryToIceberg.Success";

export function streamMetric(deliveryStream: string, name: StreamMetric): Metric {
  return { namespace: "AWS/Firehose", name, dimensions: { DeliveryStreamName: deliveryStream } };
}

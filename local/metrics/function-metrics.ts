import type { PipelineMetrics, Metric } from "../../pipeline/metrics";
import type { MetricSink } from "../firehose/metric-sink";
import type { Invocation } from "../function/local-function";

/**
 * Records what Lambda reports of an invocation, at the time when it began.
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
 */
export function recordInvocation(
  { durationMs, outcome }: Pick<Invocation, "durationMs" | "outcome">,
  startedMs: number,
  { invocations, errors, duration }: Pick<PipelineMetrics, "invocations" | "errors" | "duration">,
  sink: MetricSink,
): void {
  const record = ({ namespace, name, dimensions }: Metric, value: number) => {
    sink.record(namespace, name, dimensions, value, startedMs);
  };
  record(invocations, 1);
  record(errors, "error" in outcome ? 1 : 0);
  record(duration, durationMs);
}

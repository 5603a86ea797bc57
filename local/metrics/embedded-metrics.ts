import type { MetricSink } from "../firehose/metric-sink";

/** What CloudWatch Logs finds in a line of the embedded metric format. */
interface EmbeddedMetrics {
  readonly Timestamp: number;
  readonly CloudWatchMetrics: readonly {
    readonly Namespace: string;
    readonly Dimensions: readonly (readonly string[])[];
    readonly Metrics: readonly { readonly Name: string }[];
  }[];
}

/**
 * Records the metrics of a function's log line, if it has any, as CloudWatch Logs does.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function recordEmbeddedMetrics(line: string, metrics: MetricSink): void {
  const entry = line.startsWith("{") && line.includes('"_aws"') ? parsed(line) : undefined;
  if (!entry) return;
  const { _aws: embedded, ...members } = entry;
  for (const { Namespace, Dimensions, Metrics } of embedded.CloudWatchMetrics) {
    for (const names of Dimensions) {
      const dimensions = Object.fromEntries(names.map((name) => [name, String(members[name])]));
      for (const { Name } of Metrics) {
        const values = [members[Name]].flat().filter((value) => typeof value === "number");
        for (const value of values) metrics.record(Namespace, Name, dimensions, value, embedded.Timestamp);
      }
    }
  }
}

/** Undefined for a line that CloudWatch would take for plain text. */
function parsed(line: string): (Record<string, unknown> & { readonly _aws: EmbeddedMetrics }) | undefined {
  let entry: unknown;
  try {
    entry = JSON.parse(line);
  } catch {
    return undefined;
  }
  return isEmbedded(entry) ? entry : undefined;
}

function isEmbedded(entry: unknown): entry is Record<string, unknown> & { readonly _aws: EmbeddedMetrics } {
  if (typeof entry !== "object" || entry === null) return false;
  const { _aws: embedded } = entry as { _aws?: { Timestamp?: unknown; CloudWatchMetrics?: unknown } };
  return (
    typeof embedded?.Timestamp === "number" &&
    Array.isArray(embedded.CloudWatchMetrics) &&
    embedded.CloudWatchMetrics.every(isDirective)
  );
}

function isDirective(directive: unknown): boolean {
  const { Namespace, Dimensions, Metrics } = (directive ?? {}) as Record<string, unknown>;
  return (
    typeof Namespace === "string" &&
    Array.isArray(Metrics) &&
    Array.isArray(Dimensions) &&
    Dimensions.every(Array.isArray)
  );
}

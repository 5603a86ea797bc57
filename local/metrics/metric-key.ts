import type { MetricRow, MetricRowOptions } from "../../pipeline/dashboard-body";
import type { Metric } from "../../pipeline/metrics";

/** One text for each metric: two metrics have the same key when CloudWatch would take them for one. */
export function metricKey({ namespace, name, dimensions }: Metric): string {
  const pairs = Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([namespace, name, ...pairs.flat()]);
}

/** A row of a dashboard widget: what it draws, and how. */
export interface DrawnMetric {
  readonly metric: Metric;
  readonly key: string;
  readonly options: MetricRowOptions;
}

/** @throws TypeError for a row in CloudWatch's shorthand (`"."`, `"..."`), which the dashboard body does not use */
export function drawnMetric(row: MetricRow): DrawnMetric {
  const options = row.find((part) => typeof part === "object");
  const [namespace = "", name = "", ...pairs] = row.filter((part) => typeof part === "string");
  if (!options || pairs.length % 2 !== 0 || row.some((part) => part === "." || part === "..."))
    throw new TypeError(`The dashboard has a metric row that cannot be read: ${JSON.stringify(row)}`);
  const dimensions: Record<string, string> = {};
  for (let index = 0; index < pairs.length; index += 2)
    dimensions[pairs[index] ?? ""] = pairs[index + 1] ?? "";
  const metric = { namespace, name, dimensions };
  return { metric, key: metricKey(metric), options };
}

import type { PipelineArns } from "./arns";
import { pipelineMetrics, type Metric } from "./metrics";
import type { PipelineNames } from "./names";

/** `[namespace, metric name, dimension name, dimension value, ..., options]`. */
export type MetricRow = readonly (string | MetricRowOptions)[];

export interface MetricRowOptions {
  readonly stat: "Sum" | "Maximum" | "Average";
  readonly label: string;
  readonly color?: string;
}

export interface MetricWidgetProperties {
  readonly title: string;
  readonly region: string;
  readonly view: "timeSeries" | "singleValue";
  readonly metrics: readonly MetricRow[];
  /** Seconds. */
  readonly period: number;
  /** This widget's own time range, when the dashboard's is too short for its metric. */
  readonly start?: string;
  readonly sparkline?: boolean;
  readonly yAxis?: {
    readonly left: { readonly min: number; readonly label?: string; readonly showUnits: boolean };
  };
}

interface Placement {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

type WidgetContent =
  | { readonly type: "text"; readonly properties: { readonly markdown: string } }
  | {
      readonly type: "alarm";
      readonly properties: { readonly title: string; readonly alarms: readonly string[] };
    }
  | { readonly type: "metric"; readonly properties: MetricWidgetProperties };

export type DashboardWidget = Placement & WidgetContent;

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html */
export interface DashboardBody {
  /** The time range shown first: ISO 8601 duration before now. */
  readonly start: string;
  /** `inherit` keeps each widget's own period whatever the time range. */
  readonly periodOverride: "inherit";
  readonly widgets: readonly DashboardWidget[];
}

const gridColumns = 24;
const day = 24 * 60 * 60;

interface Chart {
  readonly title: string;
  readonly rows: readonly MetricRow[];
  readonly period: number;
  /** The metric has one point a day: it is shown as a number with its trend, over its own time range. */
  readonly daily?: boolean;
  readonly axisLabel?: string;
}

function row({ namespace, name, dimensions }: Metric, options: MetricRowOptions): MetricRow {
  return [namespace, name, ...Object.entries(dimensions).flat(), options];
}

function chartProperties({ title, rows, period, daily = false, axisLabel }: Chart, region: string) {
  const common = { title, region, metrics: rows, period };
  return daily
    ? ({ ...common, view: "singleValue", sparkline: true, start: "-P14D" } as const)
    : ({
        ...common,
        view: "timeSeries",
        yAxis: { left: { min: 0, showUnits: false, ...(axisLabel && { label: axisLabel }) } },
      } as const);
}

/**
 * The CloudWatch dashboard: three headed sections, nine metric widgets and the state of the alarms.
 *
 * Storage metrics come once a day, so their widgets look back 14 days while the rest of the dashboard opens on the last
 * three hours.
 *
 * @param names what the metrics' dimensions are called
 * @param region where the metrics are
 * @param alarms ARNs of the alarms whose state is shown
 */
export function dashboardBody(
  names: PipelineNames,
  region: string,
  { alarms }: Pick<PipelineArns, "alarms">,
): DashboardBody {
  const metrics = pipelineMetrics(names);
  const sections: readonly { heading: string; charts: readonly Chart[] }[] = [
    {
      heading: "## Firehose: from records to rows",
      charts: [
        {
          title: "Incoming records",
          rows: [row(metrics.incomingRecords, { stat: "Sum", label: "Records" })],
          period: 60,
        },
        {
          title: "Delivery success and failure",
          rows: [
            row(metrics.deliveredRows, { stat: "Sum", label: "Delivered rows", color: "#2ca02c" }),
            row(metrics.failedRows, { stat: "Sum", label: "Failed rows", color: "#d62728" }),
          ],
          period: 300,
        },
        {
          title: "Data freshness",
          rows: [row(metrics.freshness, { stat: "Maximum", label: "Oldest undelivered record" })],
          period: 300,
          axisLabel: "Seconds",
        },
        {
          title: "Bytes delivered",
          rows: [row(metrics.deliveredBytes, { stat: "Sum", label: "Bytes" })],
          period: 300,
          axisLabel: "Bytes",
        },
      ],
    },
    {
      heading: "## Lambda: the data generator",
      charts: [
        {
          title: "Invocations",
          rows: [row(metrics.invocations, { stat: "Sum", label: "Invocations" })],
          period: 60,
        },
        {
          title: "Errors",
          rows: [row(metrics.errors, { stat: "Sum", label: "Errors", color: "#d62728" })],
          period: 60,
        },
        {
          title: "Duration",
          rows: [row(metrics.duration, { stat: "Average", label: "Duration" })],
          period: 60,
          axisLabel: "Milliseconds",
        },
      ],
    },
    {
      heading: "## S3 Tables: storage (daily; first values after one to two days)",
      charts: [
        {
          title: "Storage size",
          rows: [row(metrics.tableBucketSize, { stat: "Average", label: "Bytes" })],
          period: day,
          daily: true,
        },
        {
          title: "File count",
          rows: [row(metrics.tableBucketObjects, { stat: "Average", label: "Files" })],
          period: day,
          daily: true,
        },
      ],
    },
  ];

  const widgets: DashboardWidget[] = [];
  let y = 0;
  const addRow = (height: number, contents: readonly WidgetContent[]) => {
    const width = gridColumns / contents.length;
    widgets.push(...contents.map((content, index) => ({ x: index * width, y, width, height, ...content })));
    y += height;
  };
  addRow(2, [{ type: "alarm", properties: { title: "Alarms", alarms } }]);
  for (const { heading, charts } of sections) {
    addRow(1, [{ type: "text", properties: { markdown: heading } }]);
    addRow(
      6,
      charts.map((chart) => ({ type: "metric", properties: chartProperties(chart, region) })),
    );
  }
  return { start: "-PT3H", periodOverride: "inherit", widgets };
}

import { pipelineAlarms } from "../../pipeline/alarms";
import { dashboardBody, type DashboardBody } from "../../pipeline/dashboard-body";
import { pipelineMetrics } from "../../pipeline/metrics";
import type { PipelineNames } from "../../pipeline/names";
import { settings } from "../../pipeline/settings";
import { pipelineArns } from "../../pipeline/arns";
import type { Clock } from "../clock/clock";
import { localDeployment } from "../firehose/description";
import type { BufferingSettings, DeliveryStream } from "../firehose/delivery-stream";
import { alarmState } from "../metrics/alarm-state";
import { drawnMetric } from "../metrics/metric-key";
import type { MetricStore } from "../metrics/metric-store";
import { resolutionFor } from "../metrics/resolution";
import { savedQueries, sqlFor } from "../query/saved-queries";
import type { Warehouse } from "../warehouse";
import { secondsBefore } from "./relative-start";
import {
  toTuple,
  type Metrics,
  type MetricSets,
  type PipelineInfo,
  type PipelineState,
  type TimeRange,
} from "./api";
import { windowAt } from "./time-range";

export interface PipelineViewOptions {
  readonly names: PipelineNames;
  readonly warehouse: Warehouse;
  readonly buffering: BufferingSettings;
  readonly stream: Pick<DeliveryStream, "counts" | "buffered">;
  readonly metrics: MetricStore;
  readonly clock: Pick<Clock, "now">;
  readonly isGenerating: boolean;
}

const mib = 2 ** 20;

/** What the page shows of the running pipeline: its settings, its state and its metrics. */
export class PipelineView {
  readonly info: PipelineInfo;
  private readonly startedAt: number;
  private readonly alarms: ReturnType<typeof pipelineAlarms>;
  private readonly drawnKeys: ReadonlySet<string>;

  constructor(private readonly options: PipelineViewOptions) {
    const { names, warehouse, buffering, clock } = options;
    const dashboard = dashboardBody(names, localDeployment.region, pipelineArns(names, localDeployment));
    this.startedAt = clock.now();
    this.alarms = pipelineAlarms(names.alarms, pipelineMetrics(names), settings.alarms);
    this.drawnKeys = new Set(drawnRows(dashboard).map(({ key }) => key));
    this.info = {
      stackName: names.stack,
      deliveryStream: names.deliveryStream,
      athenaTable: names.athenaTable,
      startedAtMs: this.startedAt,
      warehouse: warehouse.root,
      dashboard,
      buffering: {
        bytes: buffering.bufferingSizeMib * mib,
        seconds: buffering.bufferingIntervalSeconds,
      },
      queries: savedQueries().map((query) => ({
        name: query.name,
        description: query.description,
        sql: sqlFor(query, names),
      })),
    };
  }

  state(tableVersion: number): PipelineState {
    const { clock, stream, metrics, isGenerating } = this.options;
    const now = clock.now();
    const { acknowledged, delivered, failed } = stream.counts;
    const { records, bytes, dueMs } = stream.buffered;
    const evaluation = { now, since: this.startedAt, isGenerating };
    return {
      now,
      acknowledged,
      delivered,
      failed,
      buffered: { records, bytes, ...(dueMs !== undefined && { dueMs }) },
      tableVersion,
      alarms: Object.fromEntries(
        Object.values(this.alarms).map((alarm) => [
          alarm.name,
          { state: alarmState(alarm, metrics, evaluation), description: alarm.description },
        ]),
      ),
    };
  }

  /** What the dashboard draws for a time range. */
  metricsIn(range: TimeRange): Metrics {
    const { metrics, clock } = this.options;
    const now = clock.now();
    const found = new Map<string, MetricSets>();
    for (const { key, periodSeconds, ownRangeSeconds } of drawnRows(this.info.dashboard)) {
      const own = ownRangeSeconds === undefined ? range : { seconds: ownRangeSeconds };
      const { fromMs, toMs, reachSeconds } = windowAt(own, now);
      const resolution = resolutionFor(periodSeconds, reachSeconds).periodSeconds;
      const sets = metrics.sets(key, resolution, fromMs, toMs).map(toTuple);
      found.set(`${key} ${resolution}`, { key, periodSeconds: resolution, sets });
    }
    return { now, metrics: [...found.values()] };
  }

  /** Changes, since the last call, of what the dashboard draws. */
  takeMetricChanges(): MetricSets[] {
    return this.options.metrics
      .takeChanges()
      .filter(({ key }) => this.drawnKeys.has(key))
      .map(({ key, periodSeconds, sets }) => ({ key, periodSeconds, sets: sets.map(toTuple) }));
  }
}

interface DrawnRow {
  readonly key: string;
  readonly periodSeconds: number;
  readonly ownRangeSeconds: number | undefined;
}

function drawnRows(dashboard: DashboardBody): DrawnRow[] {
  return dashboard.widgets.flatMap((widget) => {
    if (widget.type !== "metric") return [];
    const { metrics, period, start } = widget.properties;
    const ownRangeSeconds = start === undefined ? undefined : secondsBefore(start);
    return metrics.map((row) => ({ key: drawnMetric(row).key, periodSeconds: period, ownRangeSeconds }));
  });
}

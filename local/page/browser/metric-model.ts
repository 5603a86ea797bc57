import type { DrawnMetric } from "../../metrics/metric-key";
import { resolutionFor } from "../../metrics/resolution";
import { datapoints, type Datapoint, type StatisticSet } from "../../metrics/statistic-set";
import { fromTuple, type MetricSets } from "../api";
import type { TimeWindow } from "../time-range";

/** The statistic sets that the page has been told of. What is sent twice is the same, so order does not matter. */
export class MetricModel {
  private readonly series = new Map<string, Map<number, StatisticSet>>();

  merge(metrics: readonly MetricSets[]): void {
    for (const { key, periodSeconds, sets } of metrics) {
      const name = `${key} ${periodSeconds}`;
      const series = this.series.get(name) ?? new Map<number, StatisticSet>();
      this.series.set(name, series);
      for (const set of sets.map(fromTuple)) {
        const known = series.get(set.start);
        // An answer may arrive after an event that is newer than it.
        if (!known || known.sampleCount <= set.sampleCount) series.set(set.start, set);
      }
    }
  }

  /** Forgets what no time range reaches back to. */
  prune(now: number, longestRangeSeconds: number): void {
    const oldest = now - longestRangeSeconds * 1000;
    for (const series of this.series.values())
      for (const start of series.keys()) if (start < oldest) series.delete(start);
  }

  datapoints(drawn: DrawnMetric, periodSeconds: number, window: TimeWindow): Datapoint[] {
    const { fromMs, toMs, reachSeconds } = window;
    const resolution = resolutionFor(periodSeconds, reachSeconds).periodSeconds;
    const sets = this.series.get(`${drawn.key} ${resolution}`)?.values() ?? [];
    return datapoints(sets, {
      periodSeconds: Math.max(periodSeconds, resolution),
      statistic: drawn.options.stat,
      startMs: fromMs,
      endMs: toMs,
    });
  }
}

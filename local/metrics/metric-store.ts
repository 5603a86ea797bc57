import type { Metric } from "../../pipeline/metrics";
import type { MetricSink } from "../firehose/metric-sink";
import { metricKey } from "./metric-key";
import { resolutions, type Resolution } from "./resolution";
import { merged, periodStart, singleValue, type StatisticSet } from "./statistic-set";

/** Statistic sets of one metric that changed, at one resolution. */
export interface MetricChange {
  readonly key: string;
  readonly periodSeconds: number;
  readonly sets: readonly StatisticSet[];
}

/** More metrics than the pipeline has; a function could make up names without end. */
const mostMetrics = 200;

/**
 * Keeps metrics in memory as CloudWatch does: statistic sets by period, fine ones for a while and coarse ones for
 * longer. How much that is does not depend on the number of values.
 */
export class MetricStore implements MetricSink {
  private readonly series = new Map<string, readonly Tier[]>();

  record(
    namespace: string,
    name: string,
    dimensions: Readonly<Record<string, string>>,
    value: number,
    timestampMs: number,
  ): void {
    for (const tier of this.tiers({ namespace, name, dimensions })) tier.add(value, timestampMs);
  }

  /** Replaces what the period has: for a metric that AWS measures once in a period, while the period lasts. */
  set(metric: Metric, value: number, timestampMs: number): void {
    for (const tier of this.tiers(metric)) tier.replace(value, timestampMs);
  }

  /**
   * What is kept of a metric at one of the `resolutions`, oldest first.
   *
   * @param startMs the first period is the one that this time lies in
   * @param endMs periods that begin here or later are left out
   */
  sets(key: string, periodSeconds: number, startMs = 0, endMs = Infinity): StatisticSet[] {
    const tier = this.series.get(key)?.find((one) => one.resolution.periodSeconds === periodSeconds);
    return tier ? tier.between(startMs, endMs) : [];
  }

  /** What has changed since the last call. */
  takeChanges(): MetricChange[] {
    const changes: MetricChange[] = [];
    for (const [key, tiers] of this.series) {
      for (const tier of tiers) {
        const sets = tier.takeChanges();
        if (sets.length > 0) changes.push({ key, periodSeconds: tier.resolution.periodSeconds, sets });
      }
    }
    return changes;
  }

  private tiers(metric: Metric): readonly Tier[] {
    const key = metricKey(metric);
    const known = this.series.get(key);
    if (known) return known;
    if (this.series.size >= mostMetrics) return [];
    const tiers = resolutions.map((resolution) => new Tier(resolution));
    this.series.set(key, tiers);
    return tiers;
  }
}

/** The statistic sets of one metric at one resolution. */
class Tier {
  private readonly sets = new Map<number, StatisticSet>();
  private readonly changed = new Set<number>();
  private newest = 0;

  constructor(readonly resolution: Resolution) {}

  add(value: number, timestampMs: number): void {
    const start = periodStart(timestampMs, this.resolution.periodSeconds);
    const before = this.sets.get(start);
    const one = singleValue(start, value);
    this.put(before ? merged(before, one) : one);
  }

  replace(value: number, timestampMs: number): void {
    this.put(singleValue(periodStart(timestampMs, this.resolution.periodSeconds), value));
  }

  between(startMs: number, endMs: number): StatisticSet[] {
    const first = periodStart(startMs, this.resolution.periodSeconds);
    return [...this.sets.values()]
      .filter(({ start }) => start >= first && start < endMs)
      .sort((a, b) => a.start - b.start);
  }

  takeChanges(): StatisticSet[] {
    const sets = [...this.changed].flatMap((start) => this.sets.get(start) ?? []);
    this.changed.clear();
    return sets;
  }

  private put(set: StatisticSet): void {
    if (set.start < this.oldestKept) return;
    this.sets.set(set.start, set);
    this.changed.add(set.start);
    if (set.start <= this.newest) return;
    this.newest = set.start;
    for (const start of this.sets.keys()) if (start < this.oldestKept) this.remove(start);
  }

  private get oldestKept(): number {
    return this.newest - this.resolution.retentionSeconds * 1000;
  }

  private remove(start: number): void {
    this.sets.delete(start);
    this.changed.delete(start);
  }
}

import type { MetricRowOptions } from "../../pipeline/dashboard-body";

export type Statistic = MetricRowOptions["stat"];

/**
 * What CloudWatch keeps of a metric's values in one period.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_StatisticSet.html
 */
export interface StatisticSet {
  /** Beginning of the period, milliseconds since the Unix epoch. */
  readonly start: number;
  readonly sum: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly sampleCount: number;
}

export interface Datapoint {
  /** Beginning of the period, milliseconds since the Unix epoch. */
  readonly start: number;
  readonly value: number;
}

/** Beginning of the period that a time lies in: periods are counted from the Unix epoch, as in CloudWatch. */
export function periodStart(timestampMs: number, periodSeconds: number): number {
  const period = periodSeconds * 1000;
  return Math.floor(timestampMs / period) * period;
}

/** A period with one value in it. */
export function singleValue(start: number, value: number): StatisticSet {
  return { start, sum: value, minimum: value, maximum: value, sampleCount: 1 };
}

/** Both together; of two periods that are not the same, the first one's beginning. */
export function merged(a: StatisticSet, b: StatisticSet): StatisticSet {
  return {
    start: a.start,
    sum: a.sum + b.sum,
    minimum: Math.min(a.minimum, b.minimum),
    maximum: Math.max(a.maximum, b.maximum),
    sampleCount: a.sampleCount + b.sampleCount,
  };
}

const readings: Readonly<Record<Statistic, (set: StatisticSet) => number>> = {
  Sum: ({ sum }) => sum,
  Maximum: ({ maximum }) => maximum,
  Average: ({ sum, sampleCount }) => sum / sampleCount,
};

export interface DatapointQuery {
  readonly periodSeconds: number;
  readonly statistic: Statistic;
  /** The first period is the one that this time lies in. */
  readonly startMs: number;
  /** Periods that begin here or later are left out. */
  readonly endMs: number;
}

/**
 * One datapoint for each period that has values, oldest first; a period without any has none, as in CloudWatch.
 *
 * @param sets of periods that divide the one asked for, in any order
 */
export function datapoints(
  sets: Iterable<StatisticSet>,
  { periodSeconds, statistic, startMs, endMs }: DatapointQuery,
): Datapoint[] {
  const first = periodStart(startMs, periodSeconds);
  const periods = new Map<number, StatisticSet>();
  for (const set of sets) {
    const start = periodStart(set.start, periodSeconds);
    if (start < first || start >= endMs) continue;
    const before = periods.get(start);
    periods.set(start, before ? merged(before, set) : { ...set, start });
  }
  return [...periods.values()]
    .sort((a, b) => a.start - b.start)
    .map((set) => ({ start: set.start, value: readings[statistic](set) }));
}

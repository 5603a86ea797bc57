import type { Datapoint } from "../../metrics/statistic-set";

/** One column of times in seconds, and for each series a value or null at each of them. */
export type AlignedData = [times: number[], ...values: (number | null)[][]];

/** @param periodSeconds periods without a point become gaps; undefined joins the points */
export function align(
  points: readonly (readonly Datapoint[])[],
  periodSeconds: number | undefined,
): AlignedData {
  const starts = points.flat().map(({ start }) => start);
  const times = periodSeconds === undefined ? distinct(starts) : everyPeriod(starts, periodSeconds * 1000);
  const columns = points.map((series) => {
    const values = new Map(series.map(({ start, value }) => [start, value]));
    return times.map((time) => values.get(time) ?? null);
  });
  return [times.map((time) => time / 1000), ...columns];
}

function distinct(times: readonly number[]): number[] {
  return [...new Set(times)].sort((a, b) => a - b);
}

function everyPeriod(starts: readonly number[], period: number): number[] {
  if (starts.length === 0) return [];
  const first = starts.reduce((a, b) => Math.min(a, b));
  const last = starts.reduce((a, b) => Math.max(a, b));
  return Array.from({ length: (last - first) / period + 1 }, (_, n) => first + n * period);
}

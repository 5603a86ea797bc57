/** How finely metrics are kept, and for how long. */
export interface Resolution {
  readonly periodSeconds: number;
  readonly retentionSeconds: number;
}

const minute = 60;
const day = 24 * 60 * minute;

const fiveMinutes: Resolution = { periodSeconds: 5 * minute, retentionSeconds: 14 * day };
const coarsest: Resolution = { periodSeconds: day, retentionSeconds: 60 * day };

/**
 * Finest first, each made of the one before. CloudWatch keeps the first two for 15 and 63 days; on a laptop that would be memory for nothing.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html#metrics-retention
 */
export const resolutions: readonly Resolution[] = [
  { periodSeconds: minute, retentionSeconds: day },
  fiveMinutes,
  coarsest,
];

/** How far back a chart reaches: beyond, there is a value a day. */
export const longestChartedSeconds = fiveMinutes.retentionSeconds;

/**
 * The coarsest resolution that a period can be made of and that reaches back far enough; where none does, the finest
 * that reaches back. The period to draw is then the longer of its own and the resolution's, as in CloudWatch, which
 * has no fine datapoints of long ago either.
 *
 * @param reachSeconds how far back from now
 */
export function resolutionFor(periodSeconds: number, reachSeconds: number): Resolution {
  const reaching = resolutions.filter(({ retentionSeconds }) => retentionSeconds >= reachSeconds);
  return reaching.findLast((one) => periodSeconds % one.periodSeconds === 0) ?? reaching[0] ?? coarsest;
}

/** How finely metrics are kept, and for how long. */
export interface Resolution {
  readonly periodSeconds: number;
  readonly retentionSeconds: number;
}

const minute = 60;
const day = 24 * 60 * minute;

const coarsest: Resolution = { periodSeconds: day, retentionSeconds: 60 * day };

/**
 * Finest first, each made of the one before. CloudWatch keeps the first two for 15 and 63 days; on a laptop that would be memory for nothing.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html#metrics-retention
 */
export const resolutions: readonly Resolution[] = [
  { periodSeconds: minute, retentionSeconds: day },
  { periodSeconds: 5 * minute, retentionSeconds: 14 * day },
  coarsest,
];

/**
 * The coarsest resolution that a period can be made of and that reaches back far enough; where none does, the finest
 * that reaches back. The period to draw is then the longer of its own and the resolution's, as in CloudWatch, which
 * has no fine datapoints of long ago either.
 */
export function resolutionFor(periodSeconds: number, rangeSeconds: number): Resolution {
  const reaching = resolutions.filter(({ retentionSeconds }) => retentionSeconds >= rangeSeconds);
  return reaching.findLast((one) => periodSeconds % one.periodSeconds === 0) ?? reaching[0] ?? coarsest;
}

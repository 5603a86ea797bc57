/** What one unit of something costs, and how well that is known. */
export interface Price {
  readonly usd: number;
  readonly per: string;
  /** AWS's page on it. */
  readonly source: string;
  /**
   * `documented`: read off that page; `quoted`: quoted from it by others; `common`: known from many accounts' bills.
   */
  readonly confidence: "documented" | "quoted" | "common";
}

/** When the prices were collected. Region: us-east-1. */
export const pricesAsOf = "2026-11";
export const pricedRegion = "us-east-1";

const s3 = { source: "https://aws.amazon.com/s3/pricing/", confidence: "documented" } as const;
const lambda = { source: "https://aws.amazon.com/lambda/pricing/", confidence: "common" } as const;

/** Every price that the estimate and the query command use, in US dollars without tax or discounts. */
export const prices = {
  lambdaArm64: { usd: 0.0000133334, per: "GB-second, arm64", ...lambda },
  lambdaX86: { usd: 0.0000166667, per: "GB-second, x86_64", ...lambda },
  /** Firehose rounds records up to 5 KB, except on the way to Iceberg tables. */
  firehoseToIceberg: {
    usd: 0.075,
    per: "GB taken in, without rounding up records",
    source: "https://aws.amazon.com/firehose/pricing/",
    confidence: "quoted",
  },
  s3TablesStorage: { usd: 0.0265, per: "GB-month", ...s3 },
  s3TablesPut: { usd: 0.005, per: "1,000 PUT requests", ...s3 },
  s3TablesGet: { usd: 0.0004, per: "1,000 GET requests", ...s3 },
  s3TablesMonitoring: { usd: 0.025, per: "1,000 objects a month", ...s3 },
  compactionObjects: { usd: 0.002, per: "1,000 objects compacted", ...s3 },
  compactionBytes: { usd: 0.005, per: "GB compacted (bin-pack)", ...s3 },
  kmsKey: {
    usd: 1,
    per: "customer key a month",
    source: "https://aws.amazon.com/kms/pricing/",
    confidence: "common",
  },
  /** Alarms, custom metrics and logs of a small pipeline; the first three dashboards are free. */
  cloudWatchAtMost: {
    usd: 3,
    per: "month, at most",
    source: "https://aws.amazon.com/cloudwatch/pricing/",
    confidence: "common",
  },
  /** Each query is charged for at least 10 MB. */
  athenaScan: {
    usd: 5,
    per: "TB scanned",
    source: "https://aws.amazon.com/athena/pricing/",
    confidence: "quoted",
  },
} as const satisfies Record<string, Price>;

/** What Lambda gives every account each month. */
export const lambdaFreeGbSeconds = 400_000;

/** https://aws.amazon.com/athena/pricing/ */
export const athenaLeastBytesPerQuery = 10_000_000;

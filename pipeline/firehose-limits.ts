const KIB = 1024;
const MIB = 1024 * KIB;

/**
 * Limits of one PutRecordBatch call.
 * https://docs.aws.amazon.com/firehose/latest/APIReference/API_PutRecordBatch.html
 */
export const putRecordBatchLimits = {
  records: 500,
  /** The whole call, in bytes of record data before base64. */
  bytes: 4 * MIB,
  /** One record, in bytes before base64. */
  recordBytes: 1000 * KIB,
} as const;

/**
 * Ranges of the Iceberg destination's settings.
 * https://docs.aws.amazon.com/firehose/latest/dev/apache-iceberg-destination.html
 */
export const icebergDestinationLimits = {
  bufferingSizeMib: { min: 1, max: 128 },
  bufferingIntervalSeconds: { min: 0, max: 900 },
  retryDurationSeconds: { min: 0, max: 7200 },
  /** Levels of nesting that one JSON record may have. */
  nestingLevels: 16,
} as const;

/** What a Direct PUT delivery stream takes each second before it throttles (a soft quota). */
export interface DirectPutQuota {
  readonly recordsPerSecond: number;
  readonly requestsPerSecond: number;
  readonly bytesPerSecond: number;
}

const largeRegions: readonly string[] = ["us-east-1", "us-west-2", "eu-west-1"];
const largeQuota: DirectPutQuota = {
  recordsPerSecond: 500_000,
  requestsPerSecond: 2_000,
  bytesPerSecond: 5 * MIB,
};
const smallQuota: DirectPutQuota = {
  recordsPerSecond: 100_000,
  requestsPerSecond: 1_000,
  bytesPerSecond: 1 * MIB,
};

/**
 * The default Direct PUT quota of a Region; without one, the largest of any Region.
 * https://docs.aws.amazon.com/firehose/latest/dev/limits.html
 */
export function directPutQuota(region?: string): DirectPutQuota {
  return region === undefined || largeRegions.includes(region) ? largeQuota : smallQuota;
}

/** Everything about the pipeline that is a number or a choice, written once. */
export const settings = {
  region: "us-east-1",
  project: "s3tables-firehose-cdktf",

  generator: {
    recordsPerSecond: 200,
    runSeconds: 50,
    /** Mixed with the time of the invocation: the same seed and time give the same readings. */
    seed: 1,
    schedule: "rate(1 minute)",
    scheduleSeconds: 60,
    memoryMib: 512,
    timeoutSeconds: 60,
    runtime: "nodejs24.x",
    architecture: "arm64",
    logRetentionDays: 1,
    /** The least that Lambda and EventBridge allow: a late run is dropped, never doubled. */
    maximumEventAgeSeconds: 60,
    maximumRetryAttempts: 0,
  },

  deliveryStream: {
    bufferingSizeMib: 5,
    bufferingIntervalSeconds: 300,
    retryDurationSeconds: 300,
    errorPrefix: "errors/",
    /** What Firehose appends to the prefix for records that it could not write to Iceberg. */
    errorOutputType: "iceberg-failed",
    logRetentionDays: 14,
  },

  encryption: {
    keyDeletionWindowDays: 7,
  },

  errorBucket: {
    abortIncompleteUploadDays: 7,
    noncurrentVersionDays: 30,
  },

  alarms: {
    freshnessSeconds: 15 * 60,
    noIncomingRecordsMinutes: 10,
  },

  local: {
    /** Where `npm run serve` listens on 127.0.0.1 unless told otherwise. */
    port: 4573,
  },
} as const;

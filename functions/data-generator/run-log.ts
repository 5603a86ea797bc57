import { generatorMetrics } from "../../pipeline/generator-metrics";
import type { Clock } from "./clock";
import type { Configuration } from "./configuration";
import type { RunCounts } from "./delivery-tally";
import type { RetryRound } from "./record-sender";

export interface RunLogOptions {
  readonly configuration: Configuration;
  readonly requestId: string;
  readonly clock: Clock;
  /** Takes one line without its end. */
  readonly writeLine: (line: string) => void;
}

/** The log of one run: JSON lines, one at the start, one for each round of sending again, one at the end. */
export class RunLog {
  private readonly startMillis: number;

  constructor(private readonly options: RunLogOptions) {
    this.startMillis = options.clock.now();
  }

  started(sensors: number): void {
    this.write("INFO", "run started", { ...this.options.configuration, sensors });
  }

  retrying(round: RetryRound): void {
    this.write("WARN", "sending records again", { ...round });
  }

  /**
   * The last line carries the run's metrics in CloudWatch's embedded metric format.
   * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
   */
  ended(counts: RunCounts, failure?: Error): void {
    const { namespace, dimension, recordsSent, recordsRetried, recordsUndelivered } = generatorMetrics;
    const values = {
      [recordsSent]: counts.records,
      [recordsRetried]: counts.retried,
      [recordsUndelivered]: counts.undelivered,
    };
    const now = this.options.clock.now();
    this.write(failure || counts.undelivered > 0 ? "ERROR" : "INFO", "run ended", {
      durationMillis: now - this.startMillis,
      batches: counts.batches,
      undeliveredReasons: counts.undeliveredReasons,
      ...(failure && { error: { name: failure.name, message: failure.message } }),
      [dimension]: this.options.configuration.streamName,
      ...values,
      _aws: {
        Timestamp: now,
        CloudWatchMetrics: [
          {
            Namespace: namespace,
            Dimensions: [[dimension]],
            Metrics: Object.keys(values).map((Name) => ({ Name, Unit: "Count" })),
          },
        ],
      },
    });
  }

  private write(
    level: "INFO" | "WARN" | "ERROR",
    message: string,
    details: Readonly<Record<string, unknown>>,
  ): void {
    const { clock, requestId, writeLine } = this.options;
    const timestamp = new Date(clock.now()).toISOString();
    writeLine(JSON.stringify({ timestamp, level, message, requestId, ...details }));
  }
}

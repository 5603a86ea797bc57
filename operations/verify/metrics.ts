import type { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { pipelineMetrics, type Metric } from "../../pipeline/metrics";
import type { PipelineNames } from "../../pipeline/names";
import { callAws } from "../aws/aws-error";
import { clientSettings } from "../aws/clients";

/** What the pipeline did in a span of time, by CloudWatch: sums. */
export interface PipelineActivity {
  readonly invocations: number;
  readonly errors: number;
  readonly incomingRecords: number;
  readonly deliveredRows: number;
  readonly failedRows: number;
}

/** Reads the pipeline's metrics of the last milliseconds. */
export class ActivityReader {
  private constructor(
    private readonly client: CloudWatchClient,
    private readonly names: PipelineNames,
    private readonly region: string,
  ) {}

  static async open(names: PipelineNames, region: string): Promise<ActivityReader> {
    const { CloudWatchClient } = await import("@aws-sdk/client-cloudwatch");
    return new ActivityReader(new CloudWatchClient(clientSettings(region)), names, region);
  }

  async read(from: number, to: number): Promise<PipelineActivity> {
    const { GetMetricDataCommand } = await import("@aws-sdk/client-cloudwatch");
    const { invocations, errors, incomingRecords, deliveredRows, failedRows } = pipelineMetrics(this.names);
    const metrics = { invocations, errors, incomingRecords, deliveredRows, failedRows };
    const sums: Record<keyof PipelineActivity, number> = {
      invocations: 0,
      errors: 0,
      incomingRecords: 0,
      deliveredRows: 0,
      failedRows: 0,
    };
    let token: string | undefined;
    do {
      const page = await callAws({ action: "cloudwatch:GetMetricData", region: this.region }, () =>
        this.client.send(
          new GetMetricDataCommand({
            StartTime: new Date(from),
            EndTime: new Date(to),
            MetricDataQueries: Object.entries(metrics).map(([id, metric]) => query(id, metric)),
            NextToken: token,
          }),
        ),
      );
      for (const { Id, Values = [] } of page.MetricDataResults ?? []) {
        sums[Id as keyof PipelineActivity] += Values.reduce((sum, value) => sum + value, 0);
      }
      token = page.NextToken;
    } while (token !== undefined);
    return sums;
  }
}

/** An id may hold letters, digits and underscores, and begins with a small letter. */
function query(id: string, { namespace, name, dimensions }: Metric) {
  return {
    Id: id,
    MetricStat: {
      Metric: {
        Namespace: namespace,
        MetricName: name,
        Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
      },
      Period: 60,
      Stat: "Sum",
    },
  };
}

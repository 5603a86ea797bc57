import { AwsCallError, callAws } from "../aws/aws-error";
import { clientSettings } from "../aws/clients";
import { askAthena, type AthenaTarget } from "../athena/athena-query";
import type { Deployment } from "../deployment/deployment-settings";
import { BucketObjects } from "../errors/bucket-objects";
import { UserError } from "../../local/cli/user-error";
import { ActivityReader } from "./metrics";
import type { Observation } from "./stages";

/** How far back the metrics are summed: enough for two of the largest buffers' intervals and CloudWatch's delay. */
const activityMinutes = 15;
const mostErrorObjects = 1000;

/** Looks at a deployment. Asks Athena, which costs money, only for what is worth asking. */
export class Observer {
  private constructor(
    private readonly deployment: Deployment,
    private readonly athena: Omit<AthenaTarget, "names" | "region">,
    private readonly activity: ActivityReader,
    private readonly errors: BucketObjects,
  ) {}

  static async open(
    deployment: Deployment,
    athena: Omit<AthenaTarget, "names" | "region">,
  ): Promise<Observer> {
    const { names, region } = deployment;
    const [activity, errors] = await Promise.all([
      ActivityReader.open(names, region),
      BucketObjects.open(names.errorBucket, region),
    ]);
    return new Observer(deployment, athena, activity, errors);
  }

  /** @throws AwsCallError when AWS cannot be asked */
  async observe(now: number): Promise<Observation> {
    const [streamStatus, activity, errorObjects] = await Promise.all([
      this.#streamStatus(),
      this.activity.read(now - activityMinutes * 60_000, now),
      this.#errorObjects(),
    ]);
    const observation = {
      streamStatus,
      activity,
      activityMinutes,
      errorObjects,
      now,
      generatorEnabled: this.deployment.variables.generatorEnabled,
    };
    const isWorthAsking = streamStatus === "ACTIVE" && activity.deliveredRows > 0;
    return isWorthAsking ? { ...observation, table: await this.#table() } : observation;
  }

  async #streamStatus(): Promise<string> {
    const { DescribeDeliveryStreamCommand, FirehoseClient } = await import("@aws-sdk/client-firehose");
    const { names, region } = this.deployment;
    const client = new FirehoseClient(clientSettings(region));
    const call = { action: "firehose:DescribeDeliveryStream", region, resource: names.deliveryStream };
    const { DeliveryStreamDescription } = await callAws(call, () =>
      client.send(new DescribeDeliveryStreamCommand({ DeliveryStreamName: names.deliveryStream })),
    );
    return DeliveryStreamDescription?.DeliveryStreamStatus ?? "unknown";
  }

  async #errorObjects(): Promise<Observation["errorObjects"]> {
    let count = 0;
    for await (const _ of this.errors.list()) {
      count += 1;
      if (count === mostErrorObjects) return { count, more: true };
    }
    return { count, more: false };
  }

  async #table(): Promise<NonNullable<Observation["table"]>> {
    const { names, region } = this.deployment;
    const sql = `SELECT count(*) AS row_count, max("timestamp") AS newest FROM ${names.athenaTable}`;
    try {
      const { rows } = await askAthena({ names, region, ...this.athena }, sql);
      const [rowCount, newest] = rows[0] ?? [];
      return { rows: Number(rowCount ?? 0), newestMs: Number(newest ?? 0) * 1000 };
    } catch (error) {
      // Credentials that expire are no property of the table.
      if (!(error instanceof UserError) || (error instanceof AwsCallError && error.kind !== "access-denied"))
        throw error;
      return { problem: error.message };
    }
  }
}

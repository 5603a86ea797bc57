import { execFile, spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import {
  DescribeDeliveryStreamCommand,
  FirehoseClient,
  InvalidArgumentException,
  ListDeliveryStreamsCommand,
  PutRecordBatchCommand,
  PutRecordCommand,
  ResourceNotFoundException,
  ServiceUnavailableException,
} from "@aws-sdk/client-firehose";
import { createEndpoint, type Endpoint } from "../../../local/firehose/endpoint";
import { parseFaults } from "../../../local/firehose/faults";
import type { DeliveryStreamOptions } from "../../../local/firehose/delivery-stream";
import {
  names,
  numbers,
  openStream,
  record,
  records,
  removeTemporaryFolders,
  temporaryFolder,
} from "./stream-fixture";

const DeliveryStreamName = names.deliveryStream;
const credentials = { accessKeyId: "local", secretAccessKey: "local" };
const open: { readonly endpoint: Endpoint; readonly client: FirehoseClient }[] = [];

afterEach(async () => {
  for (const { endpoint, client } of open.splice(0)) {
    client.destroy();
    await endpoint.close();
  }
  removeTemporaryFolders();
});

async function serving(options: Partial<DeliveryStreamOptions> = {}) {
  const fixture = openStream(options);
  const endpoint = createEndpoint([fixture.stream], { ids: randomUUID });
  const { url } = await endpoint.listen();
  const client = new FirehoseClient({ endpoint: url, region: "us-east-1", credentials, maxAttempts: 1 });
  open.push({ endpoint, client });
  return { ...fixture, url, client };
}

describe("the AWS SDK for JavaScript", () => {
  const batch = (Data: Buffer[]) =>
    new PutRecordBatchCommand({ DeliveryStreamName, Records: Data.map((bytes) => ({ Data: bytes })) });

  it("puts, describes and lists", async () => {
    const { client, stream, destination } = await serving();

    const put = await client.send(batch(records(500)));
    const one = await client.send(
      new PutRecordCommand({ DeliveryStreamName, Record: { Data: record(500) } }),
    );
    const described = await client.send(new DescribeDeliveryStreamCommand({ DeliveryStreamName }));
    const listed = await client.send(new ListDeliveryStreamsCommand({}));
    await stream.flush();

    const ids = [...(put.RequestResponses ?? []), one].map(({ RecordId }) => RecordId);
    expect(put.FailedPutCount).toBe(0);
    expect(new Set(ids).size).toBe(501);
    expect(described.DeliveryStreamDescription?.CreateTimestamp).toEqual(new Date(Date.UTC(2026, 0, 1, 12)));
    expect(listed.DeliveryStreamNames).toEqual([DeliveryStreamName]);
    expect(numbers(destination.lines)).toEqual(Array.from({ length: 501 }, (_, n) => n));
  });

  it("sees errors as its own classes", async () => {
    const { client } = await serving({ faults: parseFaults("throttle=1") });
    const large = Buffer.alloc(1_000_000);
    const elsewhere = new PutRecordBatchCommand({
      DeliveryStreamName: "elsewhere",
      Records: [{ Data: record(1) }],
    });
    await expect(client.send(elsewhere)).rejects.toBeInstanceOf(ResourceNotFoundException);
    await expect(client.send(batch([large, large, large, large, large]))).rejects.toBeInstanceOf(
      InvalidArgumentException,
    );
    await expect(client.send(batch([]))).rejects.toMatchObject({ name: "ValidationException" });
    await expect(client.send(batch([record(1)]))).rejects.toBeInstanceOf(ServiceUnavailableException);
  });

  it("retries a throttled call by itself", async () => {
    const calls = [true, true, false];
    const { url, stream } = await serving({
      faults: { ...parseFaults(""), throttle: () => calls.shift() ?? false },
    });
    const client = new FirehoseClient({ endpoint: url, region: "us-east-1", credentials });

    const { $metadata } = await client.send(batch(records(3)));
    client.destroy();

    expect($metadata.attempts).toBe(3);
    expect(stream.counts.acknowledged).toBe(3);
  });

  it("sees the failures of single records", async () => {
    const { client } = await serving({ faults: parseFaults("partial=0.5") });
    const { FailedPutCount, RequestResponses } = await client.send(batch(records(50)));
    const failed = RequestResponses?.filter(({ ErrorCode }) => ErrorCode === "ServiceUnavailableException");
    expect(FailedPutCount).toBeGreaterThan(0);
    expect(failed).toHaveLength(FailedPutCount ?? 0);
  });
});

const aws = spawnSync("aws", ["--version"], { encoding: "utf8" });
if (aws.status !== 0) console.warn("skipped: the AWS CLI is not installed");

(aws.status === 0 ? describe : describe.skip)("the AWS CLI", () => {
  const environment = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_DEFAULT_REGION: "us-east-1",
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    AWS_EC2_METADATA_DISABLED: "true",
  };
  const run = promisify(execFile);

  it("puts a batch", async () => {
    const { url, stream, destination } = await serving();
    const input = join(temporaryFolder(), "input.json");
    // Version 1 of the CLI takes blobs as text and encodes them itself; version 2 takes base64.
    const encoding = (aws.stdout + aws.stderr).includes("aws-cli/1") ? "utf8" : "base64";
    const Records = records(2).map((bytes) => ({ Data: bytes.toString(encoding) }));
    writeFileSync(input, JSON.stringify({ DeliveryStreamName, Records }));

    const { stdout } = await run(
      "aws",
      ["firehose", "put-record-batch", "--endpoint-url", url, "--cli-input-json", `file://${input}`],
      { env: environment },
    );
    await stream.flush();

    expect(JSON.parse(stdout)).toMatchObject({ FailedPutCount: 0, RequestResponses: [{}, {}] });
    expect(numbers(destination.lines)).toEqual([0, 1]);
  });
});

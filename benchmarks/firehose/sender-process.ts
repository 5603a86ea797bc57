import { Agent, request } from "node:http";
import { FirehoseClient, PutRecordBatchCommand } from "@aws-sdk/client-firehose";
import { putRecordBatchLimits } from "../../pipeline/firehose-limits";
import { report, told } from "../part";
import { hourOfRecords } from "./hour";
import { names } from "./parts";

// Sends the hour as fast as it can: sender-process.ts http|sdk URL RECORDS.

const inFlight = 4;
const DeliveryStreamName = names.deliveryStream;

/** Sends one batch, by its index; rejects unless every record was acknowledged. */
interface Client {
  send(index: number): Promise<void>;
  close(): void;
}

/** Bodies are made beforehand: this client costs next to nothing. */
function httpClient(url: string, batches: readonly Buffer[][]): Client {
  const agent = new Agent({ keepAlive: true, maxSockets: inFlight });
  const bodies = batches.map((batch) => {
    const Records = batch.map((record) => ({ Data: record.toString("base64") }));
    return Buffer.from(JSON.stringify({ DeliveryStreamName, Records }));
  });
  const headers = {
    "content-type": "application/x-amz-json-1.1",
    "x-amz-target": "Firehose_20150804.PutRecordBatch",
  };
  const everyRecord = Buffer.from('{"FailedPutCount":0,');
  return {
    send: (index) =>
      new Promise((resolve, reject) => {
        const body = bodies[index] ?? Buffer.alloc(0);
        const options = { method: "POST", agent, headers: { ...headers, "content-length": body.length } };
        const call = request(url, options, (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("end", () => {
            if (chunks[0]?.subarray(0, everyRecord.length).equals(everyRecord)) resolve();
            else reject(new Error(`HTTP ${response.statusCode}: ${Buffer.concat(chunks).toString()}`));
          });
        });
        call.on("error", reject);
        call.end(body);
      }),
    close: () => {
      agent.destroy();
    },
  };
}

function sdkClient(url: string, batches: readonly Buffer[][]): Client {
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const client = new FirehoseClient({ endpoint: url, region: "us-east-1", credentials });
  const inputs = batches.map((batch) => ({ DeliveryStreamName, Records: batch.map((Data) => ({ Data })) }));
  return {
    send: async (index) => {
      const input = inputs[index] ?? { DeliveryStreamName, Records: [] };
      const { FailedPutCount } = await client.send(new PutRecordBatchCommand(input));
      if (FailedPutCount !== 0) throw new Error(`${FailedPutCount} records were not acknowledged`);
    },
    close: () => {
      client.destroy();
    },
  };
}

async function main(kind: string, url: string, records: number): Promise<void> {
  const hour = hourOfRecords(records);
  const batches: Buffer[][] = [];
  for (let start = 0; start < hour.length; start += putRecordBatchLimits.records)
    batches.push(hour.slice(start, start + putRecordBatchLimits.records));
  const client = kind === "sdk" ? sdkClient(url, batches) : httpClient(url, batches);
  report({ ready: true });
  await told();

  let next = 0;
  const sender = async () => {
    while (next < batches.length) await client.send(next++);
  };
  await Promise.all(Array.from({ length: inFlight }, sender));
  report({ sent: true });
  client.close();
  process.disconnect();
}

void main(process.argv[2] ?? "", process.argv[3] ?? "", Number(process.argv[4]));

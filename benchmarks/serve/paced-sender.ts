import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { putRecordBatchLimits } from "../../pipeline/firehose-limits";
import { hourOfRecords } from "../firehose/hour";
import { names } from "../firehose/parts";

export interface Sent {
  readonly records: number;
  readonly acknowledged: number;
  /** Milliseconds from each request to its whole answer. */
  readonly latencies: readonly number[];
}

/** Sends records at a pace, in full batches, each when it is due, whatever became of the ones before. */
export async function sendPaced(url: string, recordsPerSecond: number, seconds: number): Promise<Sent> {
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  const size = putRecordBatchLimits.records;
  const batches = (recordsPerSecond * seconds) / size;
  const body = JSON.stringify({
    DeliveryStreamName: names.deliveryStream,
    Records: hourOfRecords(size).map((record) => ({ Data: record.toString("base64") })),
  });
  const latencies: number[] = [];
  let acknowledged = 0;
  const start = performance.now();
  const underWay: Promise<void>[] = [];
  for (let batch = 0; batch < batches; batch++) {
    const due = start + (batch * size * 1000) / recordsPerSecond;
    await sleep(Math.max(0, due - performance.now()));
    const begun = performance.now();
    underWay.push(
      put(url, body, agent).then((taken) => {
        latencies.push(performance.now() - begun);
        acknowledged += taken;
      }),
    );
  }
  await Promise.all(underWay);
  agent.destroy();
  return { records: batches * size, acknowledged, latencies };
}

/** @returns how many of the batch's records were acknowledged */
function put(url: string, body: string, agent: Agent): Promise<number> {
  return new Promise((resolve) => {
    const headers = {
      "Content-Type": "application/x-amz-json-1.1",
      "X-Amz-Target": "Firehose_20150804.PutRecordBatch",
      "Content-Length": Buffer.byteLength(body),
    };
    const sent = request(url, { method: "POST", agent, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        if (response.statusCode !== 200) resolve(0);
        const answer = JSON.parse(Buffer.concat(chunks).toString()) as { FailedPutCount?: number };
        resolve(putRecordBatchLimits.records - (answer.FailedPutCount ?? putRecordBatchLimits.records));
      });
    });
    sent.on("error", () => {
      resolve(0);
    });
    sent.end(body);
  });
}

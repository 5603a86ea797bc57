import { request, type IncomingHttpHeaders } from "node:http";
import type { FirehoseStream } from "../../../local/firehose/api-operations";
import { describeDeliveryStream } from "../../../local/firehose/description";
import type { PutOutcome } from "../../../local/firehose/delivery-stream";
import { createEndpoint, type Endpoint, type EndpointOptions } from "../../../local/firehose/endpoint";
import { names } from "./stream-fixture";

/** Takes what it is given and remembers it. */
export class RecordingStream implements FirehoseStream {
  readonly calls: Buffer[][] = [];
  outcome: PutOutcome | Error = { recordIdPrefix: "id-", failures: new Map() };

  constructor(readonly name: string = names.deliveryStream) {}

  describe() {
    const hints = { bufferingSizeMib: 7, bufferingIntervalSeconds: 77, retryDurationSeconds: 777 };
    return describeDeliveryStream(names, hints, 1_767_000_000_500);
  }

  putRecords(records: readonly Buffer[]): PutOutcome {
    this.calls.push([...records]);
    if (this.outcome instanceof Error) throw this.outcome;
    return this.outcome;
  }
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

const open: Endpoint[] = [];

export const closeEndpoints = () => Promise.all(open.splice(0).map((endpoint) => endpoint.close()));

export async function listening(streams: FirehoseStream[], options: Partial<EndpointOptions> = {}) {
  const endpoint = createEndpoint(streams, { ids: () => "request-1", ...options });
  open.push(endpoint);
  const { port, url } = await endpoint.listen();
  const send = (
    body: string | Buffer | readonly Buffer[],
    headers: Record<string, string> = {},
    { method = "POST", path = "/" } = {},
  ) =>
    new Promise<Answer>((resolve, reject) => {
      const call = request({ port, host: "127.0.0.1", method, path, headers, agent: false }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () => {
          const text = Buffer.concat(chunks).toString();
          resolve({ status: response.statusCode!, headers: response.headers, text });
        });
      });
      call.on("error", reject);
      if (Array.isArray(body)) {
        for (const chunk of body as Buffer[]) call.write(chunk);
        call.end();
      } else call.end(body);
    });
  const invoke = (operation: string, input: unknown, headers: Record<string, string> = {}) =>
    send(typeof input === "string" ? input : JSON.stringify(input), {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": `Firehose_20150804.${operation}`,
      ...headers,
    });
  return { port, url, send, invoke };
}

export async function withStream(options: Partial<EndpointOptions> = {}) {
  const stream = new RecordingStream();
  return { stream, ...(await listening([stream], options)) };
}

export const DeliveryStreamName = names.deliveryStream;
export const data = (bytes: string | Buffer) => ({ Data: Buffer.from(bytes).toString("base64") });
export const batch = (...records: (string | Buffer)[]) => ({
  DeliveryStreamName,
  Records: records.map(data),
});

export function expectError(answer: Answer, type: string, message: RegExp | string, status = 400): void {
  const body = JSON.parse(answer.text) as unknown;
  expect(body).toEqual({ __type: type, message: expect.stringMatching(message) as string });
  expect(answer.status).toBe(status);
  expect(answer.headers["x-amzn-errortype"]).toBe(type);
}

import { request, type IncomingHttpHeaders } from "node:http";
import { connect, type Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { putRecordBatchLimits } from "../../../pipeline/firehose-limits";
import type { FirehoseStream } from "../../../local/firehose/api-operations";
import { describeDeliveryStream } from "../../../local/firehose/description";
import { ServiceUnavailableError, type PutOutcome } from "../../../local/firehose/delivery-stream";
import { createEndpoint, type Endpoint, type EndpointOptions } from "../../../local/firehose/endpoint";
import { largestBody } from "../../../local/firehose/request-body";
import { names } from "./stream-fixture";

/** Takes what it is given and remembers it. */
class RecordingStream implements FirehoseStream {
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
afterEach(() => Promise.all(open.splice(0).map((endpoint) => endpoint.close())));

async function listening(streams: FirehoseStream[], options: Partial<EndpointOptions> = {}) {
  const endpoint = createEndpoint(streams, { ids: () => "request-1", ...options });
  open.push(endpoint);
  const { port } = await endpoint.listen();
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
  return { port, send, invoke };
}

async function withStream(options: Partial<EndpointOptions> = {}) {
  const stream = new RecordingStream();
  return { stream, ...(await listening([stream], options)) };
}

const DeliveryStreamName = names.deliveryStream;
const data = (bytes: string | Buffer) => ({ Data: Buffer.from(bytes).toString("base64") });
const batch = (...records: (string | Buffer)[]) => ({ DeliveryStreamName, Records: records.map(data) });

function expectError(answer: Answer, type: string, message: RegExp | string, status = 400): void {
  const body = JSON.parse(answer.text) as unknown;
  expect(body).toEqual({ __type: type, message: expect.stringMatching(message) as string });
  expect(answer.status).toBe(status);
  expect(answer.headers["x-amzn-errortype"]).toBe(type);
}

describe("PutRecordBatch", () => {
  it("hands the decoded records over and answers with an id for each", async () => {
    const { stream, invoke } = await withStream();

    const { status, headers, text } = await invoke("PutRecordBatch", batch("a", Buffer.from([0, 255]), ""));

    expect(status).toBe(200);
    expect(JSON.parse(text)).toEqual({
      FailedPutCount: 0,
      Encrypted: false,
      RequestResponses: [{ RecordId: "id-0" }, { RecordId: "id-1" }, { RecordId: "id-2" }],
    });
    expect(stream.calls).toEqual([[Buffer.from("a"), Buffer.from([0, 255]), Buffer.alloc(0)]]);
    expect(headers).toMatchObject({
      "content-type": "application/x-amz-json-1.1",
      "content-length": String(text.length),
      "x-amzn-requestid": "request-1",
    });
    expect(headers).not.toHaveProperty("date");
  });

  it("answers failures in the order of the records", async () => {
    const { stream, invoke } = await withStream();
    const failure = { errorCode: "ServiceUnavailableException", errorMessage: "Slow down." } as const;
    stream.outcome = { recordIdPrefix: "id-", failures: new Map([[1, failure]]) };

    const { status, text } = await invoke("PutRecordBatch", batch("a", "b", "c"));

    expect(status).toBe(200);
    expect(JSON.parse(text)).toEqual({
      FailedPutCount: 1,
      Encrypted: false,
      RequestResponses: [
        { RecordId: "id-0" },
        { ErrorCode: "ServiceUnavailableException", ErrorMessage: "Slow down." },
        { RecordId: "id-2" },
      ],
    });
  });

  it("takes as many records as documented and rejects one more", async () => {
    const { stream, invoke } = await withStream();
    const most = putRecordBatchLimits.records;
    const records = Array.from({ length: most + 1 }, (_, n) => String(n));

    expect((await invoke("PutRecordBatch", batch(...records.slice(1)))).status).toBe(200);
    expectError(
      await invoke("PutRecordBatch", batch(...records)),
      "ValidationException",
      "'records' .* less than or equal to 500",
    );
    expect(stream.calls.map(({ length }) => length)).toEqual([most]);
  });

  it("takes a record as large as documented and rejects one that is a byte larger", async () => {
    const { stream, invoke } = await withStream();
    const largest = Buffer.alloc(putRecordBatchLimits.recordBytes, 1);

    expect((await invoke("PutRecordBatch", batch("a", largest))).status).toBe(200);
    expectError(
      await invoke("PutRecordBatch", batch("a", Buffer.concat([largest, Buffer.from("x")]))),
      "ValidationException",
      "'records.2.member.data' .* less than or equal to 1024000",
    );
    expect(stream.calls.map((records) => records[1]!.length)).toEqual([1_024_000]);
  });

  it("takes a call as large as documented and rejects one that is a byte larger", async () => {
    const { stream, invoke } = await withStream();
    const quarter = Buffer.alloc(putRecordBatchLimits.bytes / 8, 1);
    const eight = Array.from({ length: 8 }, () => quarter);

    expect((await invoke("PutRecordBatch", batch(...eight))).status).toBe(200);
    expectError(
      await invoke("PutRecordBatch", batch(...eight, "x")),
      "InvalidArgumentException",
      "size exceeds 4 MB",
    );
    expect(stream.calls).toHaveLength(1);
  });

  it.each([
    ["no records", { DeliveryStreamName, Records: [] }, "ValidationException", "greater than or equal to 1"],
    ["records missing", { DeliveryStreamName }, "ValidationException", "'records' .* not be null"],
    ["records null", { DeliveryStreamName, Records: null }, "ValidationException", "not be null"],
    ["records no list", { DeliveryStreamName, Records: {} }, "SerializationException", "not a list"],
    ["a record null", { DeliveryStreamName, Records: [null] }, "ValidationException", "records.1.member"],
    [
      "a record no structure",
      { DeliveryStreamName, Records: ["YQ=="] },
      "SerializationException",
      "structure",
    ],
    ["data missing", { DeliveryStreamName, Records: [{}] }, "ValidationException", "records.1.member.data"],
    ["data a number", { DeliveryStreamName, Records: [{ Data: 1 }] }, "SerializationException", "base64"],
    [
      "data not base64",
      { DeliveryStreamName, Records: [{ Data: "a b=" }] },
      "SerializationException",
      "base64",
    ],
    [
      "data not padded",
      { DeliveryStreamName, Records: [{ Data: "YQ" }] },
      "SerializationException",
      "base64",
    ],
    [
      "data padded inside",
      { DeliveryStreamName, Records: [{ Data: "YQ==YQ==" }] },
      "SerializationException",
      "",
    ],
    [
      "URL-safe base64",
      { DeliveryStreamName, Records: [{ Data: "__--" }] },
      "SerializationException",
      "base64",
    ],
    ["no name", { Records: [data("a")] }, "ValidationException", "'deliveryStreamName' .* not be null"],
    ["an empty name", { DeliveryStreamName: "", Records: [data("a")] }, "ValidationException", "length"],
    ["a long name", { DeliveryStreamName: "a".repeat(65), Records: [] }, "ValidationException", "64"],
    ["a bad name", { DeliveryStreamName: "a b", Records: [data("a")] }, "ValidationException", "pattern"],
    ["a name of another type", { DeliveryStreamName: 1, Records: [] }, "SerializationException", "string"],
    [
      "another stream",
      { DeliveryStreamName: "other", Records: [data("a")] },
      "ResourceNotFoundException",
      "other",
    ],
  ])("rejects %s", async (_, input, type, message) => {
    const { stream, invoke } = await withStream();
    expectError(await invoke("PutRecordBatch", input), type, message);
    expect(stream.calls).toEqual([]);
  });

  it("fails as a whole when the stream takes nothing", async () => {
    const { stream, invoke } = await withStream();
    stream.outcome = new ServiceUnavailableError("Slow down.");
    expectError(await invoke("PutRecordBatch", batch("a")), "ServiceUnavailableException", "Slow down", 500);
  });

  it("fails without a word about our own errors, and reports them", async () => {
    const errors: unknown[] = [];
    const { stream, invoke } = await withStream({ onInternalError: (error) => errors.push(error) });
    stream.outcome = new Error("/secret/path");
    const answer = await invoke("PutRecordBatch", batch("a"));
    expectError(answer, "InternalFailure", "internal error", 500);
    expect(answer.text).not.toContain("secret");
    expect(errors).toEqual([stream.outcome]);
  });
});

describe("PutRecord", () => {
  it("hands one record over", async () => {
    const { stream, invoke } = await withStream();
    const { text } = await invoke("PutRecord", { DeliveryStreamName, Record: data("a") });
    expect(JSON.parse(text)).toEqual({ RecordId: "id-0", Encrypted: false });
    expect(stream.calls).toEqual([[Buffer.from("a")]]);
  });

  it("takes a record as large as documented and rejects one that is a byte larger", async () => {
    const { invoke } = await withStream();
    const put = (bytes: number) =>
      invoke("PutRecord", { DeliveryStreamName, Record: data(Buffer.alloc(bytes)) });
    expect((await put(putRecordBatchLimits.recordBytes)).status).toBe(200);
    expectError(await put(putRecordBatchLimits.recordBytes + 1), "ValidationException", "'record.data'");
  });

  it("rejects a call without a record", async () => {
    const { invoke } = await withStream();
    expectError(await invoke("PutRecord", { DeliveryStreamName }), "ValidationException", "'record' .* null");
  });

  it("fails when its record is throttled", async () => {
    const { stream, invoke } = await withStream();
    const failure = { errorCode: "ServiceUnavailableException", errorMessage: "Slow down." } as const;
    stream.outcome = { recordIdPrefix: "id-", failures: new Map([[0, failure]]) };
    const answer = await invoke("PutRecord", { DeliveryStreamName, Record: data("a") });
    expectError(answer, "ServiceUnavailableException", "Slow down", 500);
  });
});

describe("the other operations", () => {
  it("describe the stream", async () => {
    const { invoke } = await withStream();
    const { text } = await invoke("DescribeDeliveryStream", { DeliveryStreamName });
    expect(JSON.parse(text)).toMatchObject({
      DeliveryStreamDescription: {
        DeliveryStreamName,
        DeliveryStreamARN: `arn:aws:firehose:us-east-1:000000000000:deliverystream/${DeliveryStreamName}`,
        DeliveryStreamStatus: "ACTIVE",
        DeliveryStreamType: "DirectPut",
        CreateTimestamp: 1_767_000_000.5,
        Destinations: [
          {
            IcebergDestinationDescription: {
              BufferingHints: { SizeInMBs: 7, IntervalInSeconds: 77 },
              RetryOptions: { DurationInSeconds: 777 },
              DestinationTableConfigurationList: [
                { DestinationDatabaseName: names.namespace, DestinationTableName: names.table },
              ],
            },
          },
        ],
      },
    });
  });

  it("reject the description of a stream that is not there", async () => {
    const { invoke } = await withStream();
    const answer = await invoke("DescribeDeliveryStream", { DeliveryStreamName: "other" });
    expectError(answer, "ResourceNotFoundException", "other");
  });

  it("list streams, a page at a time", async () => {
    const { invoke } = await listening(["b", "c", "a"].map((name) => new RecordingStream(name)));
    const list = async (input: unknown) =>
      JSON.parse((await invoke("ListDeliveryStreams", input)).text) as unknown;
    expect(await list({})).toEqual({ DeliveryStreamNames: ["a", "b", "c"], HasMoreDeliveryStreams: false });
    expect(await list("")).toEqual({ DeliveryStreamNames: ["a", "b", "c"], HasMoreDeliveryStreams: false });
    expect(await list({ Limit: 2 })).toEqual({
      DeliveryStreamNames: ["a", "b"],
      HasMoreDeliveryStreams: true,
    });
    expect(await list({ ExclusiveStartDeliveryStreamName: "b" })).toMatchObject({
      DeliveryStreamNames: ["c"],
    });
    expect(await list({ DeliveryStreamType: "MSKAsSource" })).toMatchObject({ DeliveryStreamNames: [] });
  });

  it.each([[0], [10_001], [1.5], ["1"]])("reject a list with the limit %j", async (Limit) => {
    const { invoke } = await withStream();
    expect((await invoke("ListDeliveryStreams", { Limit })).status).toBe(400);
  });
});

describe("requests that are not the API's", () => {
  it.each([["CreateDeliveryStream"], [""], ["putRecordBatch"], ["__proto__"], ["constructor"]])(
    "rejects the operation %j",
    async (operation) => {
      const { invoke } = await withStream();
      expectError(await invoke(operation, {}), "UnknownOperationException", "");
    },
  );

  it.each([["Kinesis_20131202.PutRecords"], ["PutRecordBatch"], [""]])(
    "rejects the target %j",
    async (target) => {
      const { send } = await withStream();
      expectError(await send("{}", { "x-amz-target": target }), "UnknownOperationException", "");
    },
  );

  it("rejects a call without a target", async () => {
    const { send } = await withStream();
    const answer = await send("{}", { "content-type": "application/x-amz-json-1.1" });
    expectError(answer, "UnknownOperationException", "");
  });

  it.each([["{"], ["\u0000"], ["[]"], ["null"], ['"text"'], ["{}{}"]])(
    "rejects the body %j",
    async (body) => {
      const { invoke } = await withStream();
      expectError(await invoke("PutRecordBatch", body), "SerializationException", "JSON");
    },
  );

  it("answers 404 to anything else, or leaves it to whom it is told", async () => {
    const { send } = await withStream();
    expect((await send("", {}, { method: "GET" })).status).toBe(404);
    expect((await send("x", { "x-amz-target": "a" }, { path: "/other" })).status).toBe(404);
    const other = await withStream({
      otherRequests: (request, response) => response.end(`page for ${request.url ?? ""}`),
    });
    expect((await other.send("", {}, { method: "GET", path: "/page" })).text).toBe("page for /page");
  });
});

it("asks whether a request may be answered, before it reads any of it", async () => {
  const { stream, invoke } = await withStream({
    admit: (request, response) => {
      if (request.headers["x-guest"] !== "no") return true;
      request.resume();
      response.writeHead(403).end();
      return false;
    },
  });
  expect((await invoke("PutRecordBatch", batch("a"))).status).toBe(200);
  expect((await invoke("PutRecordBatch", batch("b"), { "x-guest": "no" })).status).toBe(403);
  expect(stream.calls).toHaveLength(1);
});

describe("bodies", () => {
  const body = Buffer.from(JSON.stringify(batch("a", "b")));
  const target = { "x-amz-target": "Firehose_20150804.PutRecordBatch" };

  it.each<[string, readonly Buffer[], Record<string, string>]>([
    ["in chunks", [body.subarray(0, 10), body.subarray(10, 11), body.subarray(11)], {}],
    ["with a length", [body], { "content-length": String(body.length) }],
    ["in gzip", [gzipSync(body)], { "content-encoding": "gzip" }],
    [
      "in gzip, in chunks",
      [gzipSync(body).subarray(0, 20), gzipSync(body).subarray(20)],
      { "content-encoding": "GZIP" },
    ],
    ["as identity", [body], { "content-encoding": "identity" }],
  ])("are taken %s", async (_, chunks, headers) => {
    const { stream, send } = await withStream();
    expect((await send(chunks, { ...target, ...headers })).status).toBe(200);
    expect(stream.calls).toEqual([[Buffer.from("a"), Buffer.from("b")]]);
  });

  it.each([
    ["that are no gzip", body, "gzip", "not valid gzip"],
    ["that end early", gzipSync(body).subarray(0, 30), "gzip", "not valid gzip"],
    ["in another encoding", body, "br", "not supported"],
  ])("are rejected %s", async (_, bytes, encoding, message) => {
    const { send } = await withStream();
    expectError(
      await send(bytes, { ...target, "content-encoding": encoding }),
      "SerializationException",
      message,
    );
  });

  it("may be as large as needed, and are rejected when a byte larger, packed or not", async () => {
    const { send } = await withStream();
    const padded = (length: number) => Buffer.concat([body, Buffer.alloc(length - body.length, " ")]);
    const gzip = { ...target, "content-encoding": "gzip" };

    expect((await send(padded(largestBody), target)).status).toBe(200);
    expect((await send(gzipSync(padded(largestBody)), gzip)).status).toBe(200);
    const larger = padded(largestBody + 1);
    expectError(await send(larger, target), "RequestEntityTooLargeException", "larger", 413);
    expectError(await send([larger, larger], target), "RequestEntityTooLargeException", "larger", 413);
    expectError(await send(gzipSync(larger), gzip), "RequestEntityTooLargeException", "larger", 413);
  });
});

describe("the memory that bodies share", () => {
  const target = "x-amz-target: Firehose_20150804.PutRecordBatch";
  const body = JSON.stringify(batch("a"));
  const headers = { "x-amz-target": "Firehose_20150804.PutRecordBatch" };

  /** Begins a request and leaves it at that. */
  function beginRequest(port: number, bytes: number): Socket {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => undefined);
    socket.write(`POST / HTTP/1.1\r\nHost: x\r\n${target}\r\nContent-Length: ${bytes + 1}\r\n\r\n`);
    socket.write(Buffer.alloc(bytes, " "));
    return socket;
  }

  it("is refused to a request for which there is none, until others are done", async () => {
    const { stream, send, port } = await withStream({ bodyBytes: 100_000 + body.length - 1 });
    const until = async (status: number) => {
      for (;;) {
        const answer = await send(body, headers);
        if (answer.status === status) return answer;
      }
    };
    const waiting = beginRequest(port, 100_000);

    const refused = await until(500);
    waiting.destroy();
    const taken = await until(200);

    expectError(refused, "ServiceUnavailableException", "Slow down", 500);
    expect(taken.status).toBe(200);
    expect(stream.calls.at(-1)).toEqual([Buffer.from("a")]);
  });

  it("is refused to a packed body for which there is none unpacked", async () => {
    const { send } = await withStream({ bodyBytes: largestBody });

    const answer = await send(gzipSync(body), { ...headers, "content-encoding": "gzip" });

    expectError(answer, "ServiceUnavailableException", "Slow down", 500);
    expect((await send(body, headers)).status).toBe(200);
  });

  it("is not held by requests that are over, however they ended", async () => {
    const { send } = await withStream({ bodyBytes: largestBody + 1_000 });
    for (let round = 0; round < 3; round++) {
      await send(Buffer.alloc(largestBody, " "), headers);
      await send(Buffer.alloc(largestBody + 1, " "), headers);
      await send("no gzip", { ...headers, "content-encoding": "gzip" });
    }

    expect((await send(body, headers)).status).toBe(200);
  });
});

describe("connections", () => {
  const text = JSON.stringify(batch("a"));
  const head = `POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: Firehose_20150804.PutRecordBatch\r\n`;
  const whole = (headers = "") => `${head}${headers}Content-Length: ${text.length}\r\n\r\n${text}`;

  function dial(port: number): { socket: Socket; received: () => string; closed: Promise<string> } {
    const socket = connect(port, "127.0.0.1");
    let received = "";
    socket.on("data", (chunk) => (received += chunk.toString()));
    socket.on("error", () => undefined);
    const closed = new Promise<string>((resolve) =>
      socket.on("close", () => {
        resolve(received);
      }),
    );
    return { socket, received: () => received, closed };
  }

  it("are kept for the next request, or closed when the client says so", async () => {
    const { stream, port } = await withStream();
    const { socket, closed } = dial(port);

    socket.write(whole());
    socket.write(whole("Connection: close\r\n"));

    expect((await closed).match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2);
    expect(stream.calls).toHaveLength(2);
  });

  it("are closed when a request takes too long to come", async () => {
    const timeouts = { headers: 40, request: 40, check: 10 };
    const { stream, port } = await withStream({ timeouts });
    const [headers, body] = [dial(port), dial(port)];

    headers.socket.write(head);
    body.socket.write(whole().slice(0, -1));

    expect(await headers.closed).toMatch(/^HTTP\/1\.1 408/);
    expect(await body.closed).toMatch(/^HTTP\/1\.1 408/);
    expect(stream.calls).toEqual([]);
  });

  it("that break off in a request leave nothing behind", async () => {
    const { stream, port, invoke } = await withStream();
    const { socket, closed } = dial(port);

    socket.write(whole().slice(0, -1), () => socket.destroy());
    await closed;

    expect((await invoke("PutRecordBatch", batch("b"))).status).toBe(200);
    expect(stream.calls).toEqual([[Buffer.from("b")]]);
  });

  it("are rejected with headers beyond measure, or none that HTTP knows", async () => {
    const { port } = await withStream();
    const [large, garbage] = [dial(port), dial(port)];

    large.socket.write(`${head}X: ${"x".repeat(20_000)}\r\n\r\n`);
    garbage.socket.write("\u0016\u0003\u0001 TLS?\r\n\r\n");

    expect(await large.closed).toMatch(/^HTTP\/1\.1 431/);
    expect(await garbage.closed).toMatch(/^HTTP\/1\.1 400/);
  });

  it("come from this machine only", async () => {
    const { stream } = await withStream();
    const endpoint = createEndpoint([stream], { ids: () => "" });
    open.push(endpoint);
    expect((await endpoint.listen()).url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  });

  it("fail to be had on a port that is taken", async () => {
    const { port, stream } = await withStream();
    const second = createEndpoint([stream], { ids: () => "" });
    await expect(second.listen(port)).rejects.toThrow("EADDRINUSE");
  });

  it("are closed with the endpoint, idle or not", async () => {
    const stream = new RecordingStream();
    const endpoint = createEndpoint([stream], { ids: () => "", timeouts: { close: 20 } });
    const { port } = await endpoint.listen();
    const [idle, busy] = [dial(port), dial(port)];
    await new Promise((resolve) => idle.socket.once("connect", resolve));
    await new Promise((resolve) => busy.socket.write(head, resolve));

    await endpoint.close();

    await Promise.all([idle.closed, busy.closed]);
  });
});

it("answers late when told to", async () => {
  const delays: number[] = [];
  const { invoke } = await withStream({
    faults: { slow: () => true },
    delay: (milliseconds) => {
      delays.push(milliseconds);
      return Promise.resolve();
    },
  });
  expect((await invoke("PutRecordBatch", batch("a"))).status).toBe(200);
  expect(delays).toEqual([300]);
});

import { Agent, request } from "node:http";
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import fc from "../support/fast-check";
import type { FirehoseStream } from "../../local/firehose/api-operations";
import { describeDeliveryStream } from "../../local/firehose/description";
import { createEndpoint, type Endpoint, type EndpointOptions } from "../../local/firehose/endpoint";
import { largestBody } from "../../local/firehose/request-body";
import { pipelineNames } from "../../pipeline/names";
import { settings } from "../../pipeline/settings";

const names = pipelineNames("firehosetos3demo");
const operations = ["PutRecord", "PutRecordBatch", "DescribeDeliveryStream", "ListDeliveryStreams"];
const target = (operation: string) => ({ "x-amz-target": `Firehose_20150804.${operation}` });
const good = Buffer.from(
  JSON.stringify({ DeliveryStreamName: names.deliveryStream, Record: { Data: "e30=" } }),
);

const stream: FirehoseStream = {
  name: names.deliveryStream,
  describe: () => describeDeliveryStream(names, settings.deliveryStream, 0),
  putRecords: () => ({ recordIdPrefix: "id-", failures: new Map() }),
};
const internalErrors: unknown[] = [];
const agent = new Agent({ keepAlive: true });
let endpoint: Endpoint;
let port: number;

/** An endpoint that does not wait for long, so that a test need not either. */
const impatient: EndpointOptions["timeouts"] = { headers: 50, request: 50, keepAlive: 50, check: 10 };

async function listen(timeouts: EndpointOptions["timeouts"] = {}): Promise<void> {
  endpoint = createEndpoint([stream], {
    ids: () => "request-1",
    timeouts,
    onInternalError: (error) => internalErrors.push(error),
  });
  ({ port } = await endpoint.listen());
}

afterEach(async () => {
  // Whatever came before: the next call is answered, and nothing went wrong inside.
  expect(await call(good, target("PutRecord"))).toMatchObject({ status: 200 });
  agent.destroy();
  await endpoint.close();
  expect(internalErrors.splice(0)).toEqual([]);
});

interface Answer {
  readonly status: number;
  readonly type: string | undefined;
  readonly text: string;
}

function call(body: Uint8Array | string, headers: Record<string, string>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ port, host: "127.0.0.1", method: "POST", headers, agent }, (response) => {
      let text = "";
      response.on("data", (chunk) => (text += String(chunk)));
      response.on("end", () => {
        const type = response.headers["x-amzn-errortype"] as string | undefined;
        resolve({ status: response.statusCode!, type, text });
      });
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

/** Writes bytes to a connection of its own. @returns all that came back by the time it was closed */
function dial(...pieces: readonly (Uint8Array | string)[]): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    let received = "";
    socket.on("data", (chunk) => (received += chunk.toString("latin1")));
    socket.on("error", () => undefined);
    socket.on("close", () => {
      resolve(received);
    });
    for (const piece of pieces) socket.write(piece);
  });
}

function expectProperAnswer({ status, type, text }: Answer): void {
  const body = JSON.parse(text) as { __type?: unknown; message?: unknown };
  if (status === 200) return;
  expect(status).toBeGreaterThanOrEqual(400);
  expect(status).toBeLessThan(500);
  expect(body).toEqual({ __type: type, message: expect.any(String) as string });
}

it("answers any bytes as a body with a result or the client's error", async () => {
  await listen();
  const bodies = fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    fc.uint8Array({ maxLength: 200 }).map((bytes) => gzipSync(bytes)),
    fc.string({ unit: "binary" }).map((text) => Buffer.from(text)),
    fc.json().map((text) => Buffer.from(text)),
  );
  const encodings = fc.constantFrom(undefined, "gzip", "identity", "br", "gzip, gzip", "");

  await fc.assert(
    fc.asyncProperty(bodies, fc.constantFrom(...operations), encodings, async (body, operation, encoding) => {
      const headers = {
        ...target(operation),
        ...(encoding !== undefined && { "content-encoding": encoding }),
      };
      expectProperAnswer(await call(body, headers));
    }),
    { numRuns: 300 },
  );
});

it("answers any input of the right shape, wrongly filled", async () => {
  await listen();
  const anything = fc.jsonValue();
  const text = fc.oneof(fc.constant(names.deliveryStream), fc.string(), anything);
  const record = fc.oneof(fc.record({ Data: fc.oneof(fc.base64String(), anything) }), anything);
  const inputs = fc.record(
    {
      DeliveryStreamName: text,
      Record: record,
      Records: fc.oneof(fc.array(record, { maxLength: 5 }), anything),
      Limit: anything,
      ExclusiveStartDeliveryStreamName: text,
      DeliveryStreamType: text,
    },
    { requiredKeys: [] },
  );

  await fc.assert(
    fc.asyncProperty(inputs, fc.constantFrom(...operations), async (input, operation) => {
      expectProperAnswer(await call(JSON.stringify(input), target(operation)));
    }),
    { numRuns: 300 },
  );
});

it("rejects any target but its own operations", async () => {
  await listen();
  const headerText = fc.stringMatching(/^[!-~]{0,60}$/);
  const targets = fc.oneof(
    headerText,
    headerText.map((name) => `Firehose_20150804.${name}`),
  );

  await fc.assert(
    fc.asyncProperty(targets, async (value) => {
      fc.pre(!operations.some((operation) => value === `Firehose_20150804.${operation}`));
      const answer = await call("{}", { "x-amz-target": value });
      expect([answer.status, answer.type]).toEqual([400, "UnknownOperationException"]);
    }),
  );
});

it("closes a connection that speaks anything but HTTP, or breaks off", async () => {
  await listen(impatient);
  const head = `POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: Firehose_20150804.PutRecord\r\nContent-Length: ${good.length}\r\n\r\n`;
  const whole = Buffer.concat([Buffer.from(head), good]);
  const mutated = fc
    .tuple(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 255 }), fc.nat(whole.length))
    .map(([at, byte, length]) => {
      const bytes = Buffer.from(whole);
      bytes[at] = byte;
      return bytes.subarray(0, length);
    });
  const anyBytes = fc.oneof(fc.uint8Array({ maxLength: 500 }), mutated);

  // All at once: what one connection does must not reach another.
  await fc.assert(
    fc.asyncProperty(fc.array(anyBytes, { minLength: 20, maxLength: 20 }), async (connections) => {
      const closing = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
      for (const received of await Promise.all(connections.map((bytes) => dial(bytes, closing))))
        expect(received === "" || /^HTTP\/1\.1 [24]\d\d /.test(received)).toBe(true);
    }),
    { numRuns: 15 },
  );
});

it("takes it for no failure of its own when a client goes away in the middle of a request", async () => {
  await listen();
  const head =
    "POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: Firehose_20150804.PutRecord\r\nContent-Length: 9\r\n\r\n";
  for (const sent of [head.slice(0, 20), head, `${head}{`]) {
    const socket = connect(port, "127.0.0.1");
    const closed = new Promise((resolve) => socket.on("close", resolve));
    socket.write(sent);
    // Answered after the server has had that.
    await call(good, target("PutRecord"));
    socket.destroy();
    await closed;
  }
});

it.each(["[", '{"a":', '{"Records":[', '{"DeliveryStreamName":[', '"\\u005b'])(
  "rejects %j, nested or repeated a million times",
  async (opening) => {
    await listen();
    for (const operation of operations)
      expectProperAnswer(await call(opening.repeat(1_000_000 / opening.length), target(operation)));
  },
);

it("takes a deeply nested value where any value may stand", async () => {
  await listen();
  const depth = 200_000;
  const nested = `${"[".repeat(depth)}${"]".repeat(depth)}`;
  for (const operation of operations)
    expectProperAnswer(await call(`{"Unknown":${nested}}`, target(operation)));
});

it("rejects bodies that are larger than they may be, however they are packed", async () => {
  await listen();
  const zeros = Buffer.alloc(4 * largestBody);
  const answers = [
    await call(zeros, target("PutRecord")),
    await call(gzipSync(zeros), { ...target("PutRecord"), "content-encoding": "gzip" }),
  ];
  for (const { status, type } of answers)
    expect([status, type]).toEqual([413, "RequestEntityTooLargeException"]);
});

it("rejects header lines beyond its limits", async () => {
  await listen(impatient);
  const head = "POST / HTTP/1.1\r\nHost: x\r\n";
  expect(await dial(head, `X-Many: y\r\n`.repeat(10_000), "\r\n")).toMatch(/^HTTP\/1\.1 431/);
  expect(await dial(head, `X-Amz-Target: ${"y".repeat(100_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431/);
  expect(await dial(`POST /${"y".repeat(100_000)} HTTP/1.1\r\n\r\n`)).toMatch(/^HTTP\/1\.1 (431|414|400)/);
});

it("answers others while a hundred senders dawdle, and closes on each of those", async () => {
  await listen(impatient);
  const head = "POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: Firehose_20150804.PutRecord\r\n";
  const dawdlers = Array.from({ length: 100 }, (_, index) =>
    dial(head.slice(0, 20 + index), ...(index % 2 ? [] : ["X-Slow: 1\r\nContent-Length: 1000000\r\n\r\n{"])),
  );
  await delay(0);

  expect(await call(good, target("PutRecord"))).toMatchObject({ status: 200 });

  for (const received of await Promise.all(dawdlers)) expect(received).toMatch(/^HTTP\/1\.1 40[048]|^$/);
});

import { connect, type Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { createEndpoint } from "../../../local/firehose/endpoint";
import { largestBody } from "../../../local/firehose/request-body";
import { batch, closeEndpoints, expectError, RecordingStream, withStream } from "./endpoint-fixture";

afterEach(closeEndpoints);

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
    const { url } = await withStream();
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
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

import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as realDelay } from "node:timers/promises";
import { noFaults, type Faults } from "./faults";
import { operations, type FirehoseStream } from "./api-operations";
import { BodyMemory, readBody } from "./request-body";
import { parseInput } from "./request-input";
import { WireError } from "./wire-error";

export interface EndpointOptions {
  /** A new request id each time. */
  readonly ids: () => string;
  /** @default - no answer is slow on demand */
  readonly faults?: Pick<Faults, "slow">;
  /** Waits before a slow answer, in real time. @default - a timer */
  readonly delay?: (milliseconds: number) => Promise<unknown>;
  /** Whether a request may be answered at all; when it may not, this has answered it. @default - every one may */
  readonly admit?: (request: IncomingMessage, response: ServerResponse) => boolean;
  /** Answers whatever is not a call of the Firehose API. @default - 404 */
  readonly otherRequests?: RequestListener;
  /** Hears of errors that are ours. The client only learns that there was one. */
  readonly onInternalError?: (error: unknown) => void;
  /** What the bodies of all requests that are under way may take, in bytes. @default - `mostBodyBytes` */
  readonly bodyBytes?: number;
  /** @default - `endpointTimeouts` */
  readonly timeouts?: Partial<typeof endpointTimeouts>;
}

/** Milliseconds. A sender may be idle for longer than any SDK keeps a connection, but may not dawdle in a request. */
export const endpointTimeouts = {
  headers: 10_000,
  request: 30_000,
  keepAlive: 75_000,
  /** How often connections are checked against the first two. */
  check: 1_000,
  /** How long `close` waits for answers that are still being sent. */
  close: 1_000,
};

export interface Endpoint {
  /** @param port 0 lets the operating system choose */
  listen(port?: number): Promise<{ readonly port: number; readonly url: string }>;
  /** Takes no more requests, lets those that are being answered finish, and closes. */
  close(): Promise<void>;
}

const targetPrefix = "Firehose_20150804.";
const contentType = "application/x-amz-json-1.1";
const slowAnswerMs = 300;
const mostConnections = 1_024;
const mostHeaderBytes = 16 * 1024;

/**
 * An HTTP server on the loopback interface that speaks Firehose's wire protocol (AWS JSON 1.1) as SDKs and the AWS
 * CLI use it. Signatures are not looked at.
 */
export function createEndpoint(streams: readonly FirehoseStream[], options: EndpointOptions): Endpoint {
  const streamsByName = new Map(streams.map((stream) => [stream.name, stream]));
  const timeouts = { ...endpointTimeouts, ...options.timeouts };
  const bodyMemory = new BodyMemory(options.bodyBytes);
  const { faults = noFaults, delay = realDelay, otherRequests = notFound } = options;

  const server = createServer({
    headersTimeout: timeouts.headers,
    requestTimeout: timeouts.request,
    keepAliveTimeout: timeouts.keepAlive,
    connectionsCheckingInterval: timeouts.check,
    maxHeaderSize: mostHeaderBytes,
  });
  server.maxConnections = mostConnections;
  server.on("request", (request, response) => {
    response.sendDate = false;
    if (options.admit?.(request, response) === false) return;
    if (isFirehoseCall(request)) void answer(request, response);
    else otherRequests(request, response);
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let status = 200;
    let body: string;
    let errorType: string | undefined;
    try {
      body = await call(request);
    } catch (error) {
      if (!(error instanceof WireError)) options.onInternalError?.(error);
      const { type, message, status: errorStatus } = asWireError(error);
      status = errorStatus;
      errorType = type;
      body = JSON.stringify({ __type: type, message });
    }
    if (faults.slow()) await delay(slowAnswerMs);
    response.writeHead(status, {
      "x-amzn-RequestId": options.ids(),
      ...(errorType && { "x-amzn-ErrorType": errorType }),
      "Content-Type": contentType,
      "Content-Length": Buffer.byteLength(body),
    });
    response.end(body);
  }

  async function call(request: IncomingMessage): Promise<string> {
    const body = await readBody(request, bodyMemory);
    const target = targetOf(request);
    const operation = target.startsWith(targetPrefix) && operations.get(target.slice(targetPrefix.length));
    if (!operation) throw new WireError("UnknownOperationException", "");
    return operation(streamsByName, parseInput(body.toString()));
  }

  return {
    listen: (port = 0) =>
      new Promise((resolve, reject) => {
        server.once("error", reject);
        server.listen(port, "127.0.0.1", () => {
          server.off("error", reject);
          const { port: chosen } = server.address() as AddressInfo;
          resolve({ port: chosen, url: `http://127.0.0.1:${chosen}` });
        });
      }),
    close: () =>
      new Promise((resolve) => {
        const impatience = setTimeout(() => {
          server.closeAllConnections();
        }, timeouts.close);
        server.close(() => {
          clearTimeout(impatience);
          resolve();
        });
      }),
  };
}

function targetOf(request: IncomingMessage): string {
  const target = request.headers["x-amz-target"];
  return typeof target === "string" ? target : "";
}

/** AWS JSON calls are POST / with a target; without one they are a mistake that the API answers. */
function isFirehoseCall(request: IncomingMessage): boolean {
  if (request.method !== "POST" || request.url !== "/") return false;
  return "x-amz-target" in request.headers || request.headers["content-type"] === contentType;
}

function asWireError(error: unknown): WireError {
  if (error instanceof WireError) return error;
  return new WireError("InternalFailure", "The request failed because of an internal error.", 500);
}

const notFound: RequestListener = (request, response) => {
  request.resume();
  response.writeHead(404, { "Content-Type": "text/plain" });
  response.end("Not found: this is a local Amazon Data Firehose endpoint.\n");
};

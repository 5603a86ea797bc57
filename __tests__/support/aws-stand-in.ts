import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import { identifyS3Call, s3Failure } from "./s3-calls";

/** The input of a call, whose shape only its test knows. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- each operation has another one
export type Input = any;

/** One call as it arrived. */
export interface AwsCall {
  readonly service: string;
  readonly operation: string;
  /** The input: parsed JSON, or the parameters of the query, or path and query of a REST call. */
  readonly input: Input;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

/** An answer that is not simply the operation's output. */
export class RawAnswer {
  constructor(
    readonly status: number,
    readonly headers: Readonly<Record<string, string>>,
    readonly body: string | Buffer,
  ) {}
}

/** An error as the service would answer it. */
export class Failure {
  constructor(
    readonly code: string,
    readonly message = "",
    readonly status = 400,
  ) {}
}

/** Cuts the connection, before or after the call has been recorded as taken. */
export const dropConnection = Symbol("drop");

export type Answer = object | RawAnswer | Failure | typeof dropConnection;
export type Handler = (input: Input, call: AwsCall) => Answer | Promise<Answer>;

/** How each service says which operation is meant, and how it answers. */
const protocols = {
  sts: "query",
  iam: "query",
  glue: "json",
  athena: "json",
  cloudwatch: "json",
  firehose: "json",
  lakeformation: "rest",
  s3tables: "rest",
  s3: "s3",
} as const;

type Service = keyof typeof protocols;

export const services = Object.keys(protocols) as Service[];

/** What the endpoint variables call a service. */
const variableNames: Partial<Record<Service, string>> = { s3tables: "S3TABLES" };

/** All the AWS APIs that the commands call, on 127.0.0.1, over real HTTP. What has no handler is refused. */
export class AwsStandIn {
  readonly calls: AwsCall[] = [];
  private readonly handlers = new Map<string, Handler>();
  private readonly scripted = new Map<string, Answer[]>();

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(): Promise<AwsStandIn> {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const standIn = new AwsStandIn(server, `http://127.0.0.1:${port}`);
    server.on("request", (request, response) => void standIn.receive(request, response));
    return standIn;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, "close");
  }

  /** Endpoint variables and credentials for a process that shall talk to this server and nobody else. */
  get environment(): Record<string, string> {
    const endpoints = services.map((service) => [
      `AWS_ENDPOINT_URL_${variableNames[service] ?? service.toUpperCase()}`,
      `${this.url}/${service}`,
    ]);
    return {
      ...(Object.fromEntries(endpoints) as Record<string, string>),
      AWS_ACCESS_KEY_ID: "AKIDTEST",
      AWS_SECRET_ACCESS_KEY: "secret",
      AWS_EC2_METADATA_DISABLED: "true",
    };
  }

  /** Answers every call of an operation, `service:Operation`. */
  on(operation: string, answer: Handler | object): this {
    this.handlers.set(operation, typeof answer === "function" ? (answer as Handler) : () => answer);
    return this;
  }

  /** Answers the next calls of an operation so, before its handler does again. */
  next(operation: string, ...answers: Answer[]): this {
    this.scripted.set(operation, [...(this.scripted.get(operation) ?? []), ...answers]);
    return this;
  }

  /** Inputs of the calls of one operation, in order. */
  inputs(operation: string): Input[] {
    return this.calls.flatMap(({ service, operation: called, input }) =>
      `${service}:${called}` === operation ? [input as unknown] : [],
    );
  }

  /** Names of the operations that were called, each once. */
  get operations(): string[] {
    return [...new Set(this.calls.map(({ service, operation }) => `${service}:${operation}`))].sort();
  }

  private async receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = decoded(request, Buffer.concat(chunks));
    const url = new URL(request.url ?? "/", "http://localhost");
    const [, name = "", ...rest] = url.pathname.split("/");
    const service = name as Service;
    const call = { service, headers: request.headers, body, ...identify(service, request, url, rest, body) };
    this.calls.push(call);

    const operation = `${service}:${call.operation}`;
    const handler = this.handlers.get(operation);
    const scripted = this.scripted.get(operation)?.shift();
    const refusal = new Failure("AccessDeniedException", `the stand-in has no handler for ${operation}`, 403);
    const answer = scripted ?? (handler ? await handler(call.input, call) : refusal);
    if (answer === dropConnection) {
      request.socket.destroy();
      return;
    }
    const { status, headers, body: text } = encode(service, call.operation, answer);
    response.writeHead(status, { "x-amzn-requestid": `request-${this.calls.length}`, ...headers });
    response.end(request.method === "HEAD" ? undefined : text);
  }
}

function decoded(request: IncomingMessage, body: Buffer): Buffer {
  return request.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body;
}

function identify(service: Service, request: IncomingMessage, url: URL, path: string[], body: Buffer) {
  const text = body.toString();
  switch (protocols[service]) {
    case "json": {
      const operation = String(request.headers["x-amz-target"]).split(".").at(-1) ?? "";
      return { operation, input: JSON.parse(text || "{}") as unknown };
    }
    case "query": {
      const { Action: operation = "", ...input } = Object.fromEntries(new URLSearchParams(text));
      return { operation, input };
    }
    case "rest": {
      const [first = "", ...others] = path.map(decodeURIComponent);
      if (service === "lakeformation")
        return { operation: first, input: JSON.parse(text || "{}") as unknown };
      const rest: Record<string, string> = { buckets: "GetTableBucket", tag: "ListTagsForResource" };
      const operation = others.length === 0 ? "ListTableBuckets" : (rest[first] ?? first);
      return { operation, input: { arn: others.join("/") } };
    }
    default:
      return identifyS3Call(request, url, path);
  }
}

function encode(service: Service, operation: string, answer: Exclude<Answer, symbol>): RawAnswer {
  if (answer instanceof RawAnswer) return answer;
  const protocol = protocols[service];
  if (answer instanceof Failure) {
    const { code, message, status } = answer;
    if (protocol === "query") {
      const xml = `<ErrorResponse><Error><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`;
      return new RawAnswer(status, { "content-type": "text/xml" }, xml);
    }
    if (protocol === "s3") return s3Failure(answer);
    const headers = { "content-type": "application/json", "x-amzn-errortype": code };
    return new RawAnswer(status, headers, JSON.stringify({ __type: code, message }));
  }
  if (protocol === "query") {
    const xml = `<${operation}Response><${operation}Result>${toXml(answer)}</${operation}Result></${operation}Response>`;
    return new RawAnswer(200, { "content-type": "text/xml" }, xml);
  }
  return new RawAnswer(200, { "content-type": "application/json" }, JSON.stringify(answer));
}

/** Lists become `<member>` elements, as the query protocol has them. */
function toXml(value: unknown): string {
  if (Array.isArray(value)) return value.map((item) => `<member>${toXml(item)}</member>`).join("");
  if (typeof value !== "object" || value === null) return escapeXml(String(value));
  return Object.entries(value)
    .map(([name, child]) => `<${name}>${toXml(child)}</${name}>`)
    .join("");
}

export function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

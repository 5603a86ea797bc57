import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { putRecordBatchLimits } from "../../pipeline/firehose-limits";

/** What the server does with one PutRecordBatch call. */
export type Reply =
  | { readonly kind: "accept" }
  /** Accepts the call but refuses the records for which `fails` returns true. */
  | { readonly kind: "refuseRecords"; readonly fails: (index: number) => boolean; readonly code?: string }
  /** Refuses the whole call. */
  | { readonly kind: "error"; readonly status: number; readonly type: string; readonly message?: string }
  /** Cuts the connection: before it has looked at the records, after it has taken them, or amid the answer. */
  | { readonly kind: "drop"; readonly when: "before" | "after" | "amid" }
  /** Takes the records and answers when `release` is called, which may be never. */
  | { readonly kind: "hold" }
  /** Answers 200 with this text. */
  | { readonly kind: "text"; readonly text: string };

/** One PutRecordBatch call as it arrived. */
export interface ReceivedCall {
  /** The records' data, decoded from base64, in order. */
  readonly records: readonly string[];
  /** Those that the server took, whether or not the client got to know. */
  readonly accepted: readonly string[];
  readonly headers: IncomingMessage["headers"];
}

interface HeldAnswer {
  readonly response: ServerResponse;
  readonly body: string;
}

const accept: Reply = { kind: "accept" };

/** A Firehose on 127.0.0.1 that speaks AWS JSON 1.1 over real HTTP and fails as it is told. */
export class FirehoseServer {
  readonly calls: ReceivedCall[] = [];
  /** Connections that were opened. */
  connections = 0;
  private readonly held = new Set<HeldAnswer>();
  private readonly replies: Reply[] = [];
  private everyReply: (call: number) => Reply = () => accept;

  private constructor(
    private readonly server: Server,
    /** To be given to a client. */
    readonly endpoint: string,
  ) {}

  static async start(): Promise<FirehoseServer> {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const firehose = new FirehoseServer(server, `http://127.0.0.1:${port}`);
    server.on("connection", () => (firehose.connections += 1));
    server.on("request", (request, response) => void firehose.receive(request, response));
    return firehose;
  }

  /** The next calls are answered so, one each; those after them are accepted. */
  willReply(...replies: readonly Reply[]): void {
    this.replies.push(...replies);
  }

  /** Answers every call that `willReply` has no reply for; calls are counted from 0. */
  willAlwaysReply(reply: Reply | ((call: number) => Reply)): void {
    this.everyReply = typeof reply === "function" ? reply : () => reply;
  }

  /** The calls that wait for `release` and whose client still waits too. */
  get holding(): number {
    return this.held.size;
  }

  /** Answers all held calls. */
  release(): void {
    for (const { response, body } of this.held) response.end(body);
    this.held.clear();
  }

  /** All records that were taken, in the order of their taking. */
  get accepted(): string[] {
    return this.calls.flatMap(({ accepted }) => accepted);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, "close");
  }

  private async receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    response.sendDate = false;
    response.setHeader("content-type", "application/x-amz-json-1.1");
    const refuse = (status: number, type: string, message: string) =>
      response.writeHead(status, { "x-amzn-errortype": type }).end(JSON.stringify({ __type: type, message }));

    if (request.headers["x-amz-target"] !== "Firehose_20150804.PutRecordBatch") {
      refuse(400, "UnknownOperationException", "only PutRecordBatch is served");
      return;
    }
    const body = JSON.parse(Buffer.concat(chunks).toString()) as { Records: { Data: string }[] };
    const data = body.Records.map(({ Data }) => Buffer.from(Data, "base64"));
    const bytes = data.reduce((sum, { byteLength }) => sum + byteLength, 0);
    const oversized = data.some(({ byteLength }) => byteLength > putRecordBatchLimits.recordBytes);
    if (data.length > putRecordBatchLimits.records || bytes > putRecordBatchLimits.bytes || oversized) {
      refuse(400, "InvalidArgumentException", "more than one call may hold");
      return;
    }

    const reply = this.replies.shift() ?? this.everyReply(this.calls.length);
    const records = data.map((record) => record.toString());
    const fails = (index: number) =>
      reply.kind === "error" ||
      (reply.kind === "drop" && reply.when === "before") ||
      (reply.kind === "refuseRecords" && reply.fails(index));
    const accepted = records.filter((_, index) => !fails(index));
    this.calls.push({ records, accepted, headers: request.headers });

    const code = (reply.kind === "refuseRecords" ? reply.code : undefined) ?? "ServiceUnavailableException";
    const answer = JSON.stringify({
      FailedPutCount: records.length - accepted.length,
      Encrypted: false,
      RequestResponses: records.map((_, index) =>
        fails(index)
          ? {
              ErrorCode: code,
              ErrorMessage: "Slow down.",
            }
          : { RecordId: `record-${this.calls.length}-${index}` },
      ),
    });
    switch (reply.kind) {
      case "accept":
      case "refuseRecords":
        response.end(answer);
        return;
      case "error":
        refuse(reply.status, reply.type, reply.message ?? "as the test wanted");
        return;
      case "text":
        response.end(reply.text);
        return;
      case "drop":
        if (reply.when === "amid") {
          response.setHeader("content-length", answer.length);
          response.write(answer.slice(0, answer.length / 2), () => request.socket.destroy());
        } else request.socket.destroy();
        return;
      case "hold": {
        const heldAnswer = { response, body: answer };
        this.held.add(heldAnswer);
        response.once("close", () => this.held.delete(heldAnswer));
        return;
      }
    }
  }
}

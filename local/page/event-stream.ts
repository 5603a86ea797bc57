import type { ServerResponse } from "node:http";
import { securityHeaders } from "./responses";

export interface EventStreamLimits {
  readonly clients: number;
  /** Bytes that may wait for one client. One that lets more wait is dropped; its browser connects anew. */
  readonly waitingBytes: number;
}

export const eventStreamLimits: EventStreamLimits = { clients: 256, waitingBytes: 256 * 1024 };

/**
 * Sends one stream of server-sent events to many browsers. An event is made once, whoever listens, and nothing is
 * kept for a client that does not take it.
 * https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export class EventStream {
  private readonly clients = new Set<ServerResponse>();

  constructor(private readonly limits = eventStreamLimits) {}

  get size(): number {
    return this.clients.size;
  }

  get isFull(): boolean {
    return this.clients.size >= this.limits.clients;
  }

  /** Makes a response the beginning of a stream, with one event in it. */
  open(response: ServerResponse, name: string, data: string): void {
    response.writeHead(200, {
      ...securityHeaders,
      "Cache-Control": "no-store",
      "Content-Type": "text/event-stream; charset=utf-8",
    });
    this.clients.add(response);
    const forget = () => this.clients.delete(response);
    response.on("close", forget);
    response.on("error", forget);
    this.write(response, `retry: 2000\n${event(name, data)}`);
  }

  /** @param data one line */
  send(name: string, data: string): void {
    this.writeToAll(event(name, data));
  }

  /** Keeps proxies from closing the connection, and finds out which clients are gone. */
  heartbeat(): void {
    this.writeToAll(":\n\n");
  }

  close(): void {
    for (const client of this.clients) client.end();
    this.clients.clear();
  }

  private writeToAll(text: string): void {
    const bytes = Buffer.from(text);
    for (const client of this.clients) this.write(client, bytes);
  }

  private write(client: ServerResponse, text: string | Buffer): void {
    if (client.writableLength > this.limits.waitingBytes) {
      this.clients.delete(client);
      client.destroy();
    } else client.write(text);
  }
}

function event(name: string, data: string): string {
  return `event: ${name}\ndata: ${data}\n\n`;
}

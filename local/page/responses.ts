import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Refusal } from "./api";

/** Nothing inline, nothing from elsewhere, in nobody's frame. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

export const securityHeaders = {
  "Content-Security-Policy": contentSecurityPolicy,
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
} as const;

/** Something that is served as it is. */
export interface Content {
  readonly type: string;
  readonly body: Buffer;
  readonly etag: string;
}

export function content(type: string, body: Buffer | string): Content {
  const bytes = typeof body === "string" ? Buffer.from(body) : body;
  return { type, body: bytes, etag: `"${createHash("sha256").update(bytes).digest("base64url")}"` };
}

/** Asks the browser to look again each time, which costs it nothing when nothing has changed. */
export function sendContent(request: IncomingMessage, response: ServerResponse, one: Content): void {
  const isKnown = request.headers["if-none-match"] === one.etag;
  response.writeHead(isKnown ? 304 : 200, {
    ...securityHeaders,
    "Cache-Control": "no-cache",
    "Content-Type": one.type,
    ETag: one.etag,
    ...(!isKnown && { "Content-Length": one.body.length }),
  });
  response.end(isKnown || request.method === "HEAD" ? undefined : one.body);
}

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  const text = JSON.stringify(value);
  response.writeHead(status, {
    ...securityHeaders,
    "Cache-Control": "no-store",
    "Content-Type": "application/json; charset=utf-8",
    "Content-Length": Buffer.byteLength(text),
  });
  response.end(text);
}

/** Answers with an error and lets go of what the client still sends. */
export function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  error: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  request.resume();
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  sendJson(response, status, { error } satisfies Refusal);
}

import type { IncomingMessage, ServerResponse } from "node:http";
import { refuse } from "./responses";

const loopbackNames: ReadonlySet<string> = new Set(["127.0.0.1", "localhost"]);

/**
 * Lets through what addresses this machine by a loopback name and does not come from another site's page, and answers
 * 403 to anything else. A site can make its own name point at 127.0.0.1 (DNS rebinding) and would then be of one
 * origin with this server; its name in Host gives it away. SDKs and command lines send no Origin.
 */
export function admit(request: IncomingMessage, response: ServerResponse): boolean {
  const { host = "", origin } = request.headers;
  if (!isLoopback(host)) {
    refuse(request, response, 403, `This server answers to 127.0.0.1 and localhost only, not to "${host}".`);
    return false;
  }
  if (origin !== undefined && origin !== `http://${host}`) {
    refuse(request, response, 403, `Pages of ${origin} may not talk to this server.`);
    return false;
  }
  return true;
}

/** Another site may link to the page, but may not have its browser load anything else from here. */
export function isFromAnotherSite(request: IncomingMessage): boolean {
  const { "sec-fetch-site": site = "none", "sec-fetch-mode": mode } = request.headers;
  return site !== "none" && site !== "same-origin" && mode !== "navigate";
}

/** Any port, because it may be forwarded to another one. */
function isLoopback(host: string): boolean {
  const [, name = ""] = /^([^:]+)(?::\d{1,5})?$/.exec(host) ?? [];
  return loopbackNames.has(name.toLowerCase());
}

import { Agent, type ClientRequest, get, type IncomingMessage } from "node:http";
import type { Update } from "../../local/page/api";

/** What all pages have asked for and heard. */
export interface PageTally {
  updates: number;
  answers: number;
  /** Requests that were refused or broke off, and event streams that ended. */
  failures: number;
}

const onOpen = ["/", "/page.js", "/page.css", "/api/pipeline", "/api/metrics?range=900", "/api/failed"];
const onCommit = ["/api/table", "/api/snapshot"];

/** Requests that a page makes until everything on it is shown. */
export const requestsToOpen = onOpen.length + onCommit.length;

/** Behaves as an open page does: loads what it is made of, follows the events, looks at each new snapshot. */
export function openPage(url: string, tally: PageTally): () => void {
  const agent = new Agent({ keepAlive: true, maxSockets: 5 });
  let isClosed = false;
  const ask = (path: string) => {
    get(`${url}${path}`, { agent }, (response) => {
      response.resume();
      if (response.statusCode === 200) tally.answers += 1;
      else tally.failures += 1;
    }).on("error", () => {
      if (!isClosed) tally.failures += 1;
    });
  };
  onOpen.forEach(ask);
  let version: number | undefined;
  const request = followEvents(url, (response) => {
    if (response.statusCode !== 200) tally.failures += 1;
    let text = "";
    response.setEncoding("utf8");
    response.on("data", (chunk: string) => {
      const events = (text + chunk).split("\n\n");
      text = events.pop() ?? "";
      for (const event of events) {
        const [, data] = /^data: (.*)$/m.exec(event) ?? [];
        if (data === undefined) continue;
        tally.updates += 1;
        const { tableVersion } = (JSON.parse(data) as Update).state;
        if (tableVersion !== version) onCommit.forEach(ask);
        version = tableVersion;
      }
    });
  });
  request.on("close", () => {
    if (!isClosed) tally.failures += 1;
  });
  return () => {
    isClosed = true;
    request.destroy();
    agent.destroy();
  };
}

/** A page whose browser does not read what is sent to it: the server may drop it. */
export function openStalledPage(url: string): () => void {
  const request = followEvents(url, (response) => response.pause());
  return () => request.destroy();
}

/** A stream of events that breaks off is closed, with or without an error. */
function followEvents(url: string, onResponse: (response: IncomingMessage) => void): ClientRequest {
  const request = get(`${url}/api/events`, { agent: false }, (response) => {
    response.on("error", () => undefined);
    onResponse(response);
  });
  return request.on("error", () => undefined);
}

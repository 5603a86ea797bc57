import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { UserError } from "../cli/user-error";
import { systemClock, type Clock, type TimerHandle } from "../clock/clock";
import { SnapshotNotFoundError } from "../iceberg/errors";
import { IcebergTable } from "../iceberg/table";
import { QueryError } from "../query/query-error";
import { isFromAnotherSite } from "./admission";
import type { Refusal, TableInfo, Update } from "./api";
import { EventStream } from "./event-stream";
import { buildPage, type PageFile } from "./page-assets";
import { PipelineView, type PipelineViewOptions } from "./pipeline-view";
import { Questions, TooManyQuestionsError } from "./questions";
import { recentFailures } from "./recent-failures";
import { readJson, RequestError } from "./request";
import { questionIn, rangeIn, snapshotIdIn } from "./request-parameters";
import { refuse, sendContent, sendJson } from "./responses";
import { TableView } from "./table-view";

export interface PageServerOptions extends PipelineViewOptions {
  /** Paces what is sent to the browsers. @default systemClock */
  readonly wallClock?: Clock;
}

export interface PageServer {
  /** Answers whatever is not a call of the Firehose API. */
  readonly handle: RequestListener;
  /** Ends the event streams and a query that is running. */
  readonly close: () => Promise<void>;
}

type Handler = (
  request: IncomingMessage,
  response: ServerResponse,
  query: URLSearchParams,
) => void | Promise<void>;
interface Route {
  readonly methods: readonly string[];
  readonly handle: Handler;
}

const updateMs = 1_000;
const heartbeatUpdates = 15;
const longestUrl = 1_024;

/** The dashboard page of a running pipeline, with the data that it asks for. */
export async function openPageServer(options: PageServerOptions): Promise<PageServer> {
  const { names, warehouse, clock, wallClock = systemClock } = options;
  const page = buildPage();
  const view = new PipelineView(options);
  // An instance of its own: looking for other writers' commits must not come between the stream and its commit.
  const table = await IcebergTable.open(warehouse.tableLocation);
  const tableView = new TableView(names, table);
  const questions = new Questions(names, warehouse.tableLocation);
  const events = new EventStream();

  const file = (name: PageFile): Route => ({
    methods: ["GET", "HEAD"],
    handle: (request, response) => {
      sendContent(request, response, page[name]);
    },
  });
  const json = (answerTo: (query: URLSearchParams) => unknown): Route => ({
    methods: ["GET"],
    handle: async (_request, response, query) => {
      sendJson(response, 200, await answerTo(query));
    },
  });
  const routes = new Map<string, Route>([
    ["/", file("index.html")],
    ["/page.js", file("page.js")],
    ["/page.css", file("page.css")],
    ["/icon.svg", file("icon.svg")],
    ["/api/pipeline", json(() => view.info)],
    ["/api/metrics", json((query) => view.metricsIn(rangeIn(query, clock.now())))],
    ["/api/table", json(showTable)],
    ["/api/snapshot", json((query) => tableView.snapshotContents(snapshotIdIn(query)))],
    ["/api/failed", json(() => recentFailures(warehouse.errorBucket))],
    ["/api/events", { methods: ["GET"], handle: openEvents }],
    ["/api/query", { methods: ["POST"], handle: answerQuestion }],
  ]);

  async function showTable(): Promise<TableInfo> {
    await table.refresh();
    return tableView.tableInfo();
  }

  function openEvents(request: IncomingMessage, response: ServerResponse): void {
    if (events.isFull) refuse(request, response, 503, "Too many pages are open.", { "Retry-After": "10" });
    else events.open(response, "update", JSON.stringify(update([])));
  }

  async function answerQuestion(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const closed = new AbortController();
    response.once("close", () => {
      closed.abort();
    });
    sendJson(response, 200, await questions.ask(questionIn(await readJson(request)), closed.signal));
  }

  function update(metrics: Update["metrics"]): Update {
    return { state: view.state(table.version), metrics };
  }

  let timer: TimerHandle;
  let isClosed = false;
  let updates = 0;
  let lastSent = "";
  const sendUpdate = async () => {
    // A table that cannot be read now is looked at again a second later.
    await table.refresh().catch(() => undefined);
    if (isClosed) return;
    const next = update(view.takeMetricChanges());
    const text = JSON.stringify(next);
    const unchanged = JSON.stringify({ ...next, state: { ...next.state, now: 0 } });
    if (unchanged !== lastSent) events.send("update", text);
    else if (updates % heartbeatUpdates === 0) events.heartbeat();
    lastSent = unchanged;
    updates += 1;
    schedule();
  };
  const schedule = () => {
    timer = wallClock.setTimeout(() => void sendUpdate(), updateMs);
  };
  schedule();

  return {
    handle: (request, response) => {
      void answer(routes, request, response);
    },
    close: async () => {
      isClosed = true;
      wallClock.clearTimeout(timer);
      events.close();
      await questions.close();
    },
  };
}

async function answer(
  routes: ReadonlyMap<string, Route>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { url = "", method = "" } = request;
  const [path = "", query = ""] = url.split("?", 2);
  const route = url.length <= longestUrl ? routes.get(path) : undefined;
  if (!route) {
    refuse(request, response, 404, "There is nothing here. The dashboard is at /.");
  } else if (!route.methods.includes(method)) {
    const allowed = route.methods.join(", ");
    refuse(request, response, 405, `Only ${allowed} is possible here.`, { Allow: allowed });
  } else if (isFromAnotherSite(request)) {
    refuse(request, response, 403, "Another site's page may not load this.");
  } else {
    try {
      await route.handle(request, response, new URLSearchParams(query));
    } catch (error) {
      if (response.headersSent) response.destroy();
      else answerError(request, response, error);
    }
  }
}

function answerError(request: IncomingMessage, response: ServerResponse, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof RequestError) refuse(request, response, error.status, message);
  else if (error instanceof TooManyQuestionsError)
    refuse(request, response, 503, message, { "Retry-After": "1" });
  else if (error instanceof SnapshotNotFoundError) refuse(request, response, 404, message);
  else if (error instanceof QueryError) {
    const { position } = error;
    sendJson(response, 400, { error: message, ...(position && { position }) } satisfies Refusal);
  } else if (error instanceof UserError) refuse(request, response, 400, message);
  else refuse(request, response, 500, "The server could not answer because of an internal error.");
}

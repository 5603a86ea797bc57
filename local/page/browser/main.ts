import "uplot/dist/uPlot.min.css";
import "./page.css";
import { secondsBefore } from "../relative-start";
import type { PipelineInfo, PipelineState } from "../api";
import { Dashboard } from "./dashboard";
import { notice } from "./data-table";
import { byId, element, replaceContent, setText } from "./dom";
import { FailuresSection } from "./failures-section";
import { timeFormat } from "./format";
import { QuerySection } from "./query-section";
import { listen, server, type Connection } from "./server";
import { TableSection } from "./table-section";
import { Tiles } from "./tiles";
import { shortestRangeSeconds, TimeControls } from "./time-controls";

const connectionTexts: Readonly<Record<Connection, string>> = {
  connecting: "Connecting",
  live: "Live",
  lost: "Not connected; trying again",
};

const retryMs = 2_000;

const tiles = new Tiles();

async function start(): Promise<void> {
  try {
    show(await server.pipeline());
  } catch (error) {
    showConnection("lost");
    replaceContent(byId("grid"), notice("error", error instanceof Error ? error.message : String(error)));
    setTimeout(() => void start(), retryMs);
  }
}

function showConnection(connection: Connection): void {
  const node = byId("connection");
  setText(node, connectionTexts[connection]);
  node.dataset.state = connection;
}

function show(info: PipelineInfo): void {
  document.title = `${info.stackName} · local pipeline`;
  setText(byId("stream-name"), info.deliveryStream);
  replaceContent(
    byId("footer"),
    "Warehouse ",
    element("code", {}, info.warehouse),
    " · table ",
    element("code", {}, info.athenaTable),
  );

  const dashboardSeconds = secondsBefore(info.dashboard.start);
  const isYoung = Date.now() - info.startedAtMs < shortestRangeSeconds * 1000;
  const controls: TimeControls = new TimeControls({
    // Three hours of a server that runs for a minute would be an empty chart.
    initialRangeSeconds: isYoung ? shortestRangeSeconds : dashboardSeconds,
    startedAtMs: info.startedAtMs,
    now: () => dashboard.now,
    shown: () => {
      const { fromMs, toMs } = dashboard.shown;
      return { startMs: fromMs, endMs: toMs };
    },
    onChange: (choice) => {
      const time = timeFormat(choice.zone);
      dashboard.choose(choice);
      tableSection.showTimes(time);
      failures.showTimes(time);
    },
    onRefresh: () => {
      void dashboard.load();
      void tableSection.load();
      void failures.load();
    },
    onZoomOut: () => {
      dashboard.setZoom(undefined);
    },
  });
  const time = timeFormat(controls.choice.zone);
  const dashboard = new Dashboard({
    info,
    choice: controls.choice,
    onZoom: (zoom) => {
      controls.showZoom(zoom);
    },
    onProblem: (problem) => {
      controls.showProblem(problem);
    },
  });
  const query = new QuerySection(info, time);
  const tableSection = new TableSection(time, (snapshot) => {
    query.showMoment(snapshot, timeFormat(controls.choice.zone));
  });
  const failures = new FailuresSection(time);

  let last: PipelineState | undefined;
  let receivedAt = 0;
  let isConnected = false;
  listen(
    (update) => {
      const { state } = update;
      dashboard.take(update);
      // After an interruption, changes were missed.
      if (!isConnected) void dashboard.load();
      if (!isConnected || state.tableVersion !== last?.tableVersion) void tableSection.load();
      if (!isConnected || state.failed !== last?.failed) void failures.load();
      isConnected = true;
      last = state;
      receivedAt = performance.now();
      tiles.draw(state, state.now, info.buffering);
    },
    (connection) => {
      if (connection !== "live") isConnected = false;
      showConnection(connection);
    },
  );
  // The server speaks only when something has changed; time goes on all the same.
  setInterval(() => {
    if (!last || !isConnected) return;
    const now = last.now + performance.now() - receivedAt;
    tiles.draw(last, now, info.buffering);
    if (receivedAt > 0 && performance.now() - receivedAt > 2_000)
      dashboard.take({ state: { ...last, now }, metrics: [] });
  }, 1_000);
}

void start();

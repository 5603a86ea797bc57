import "uplot/dist/uPlot.min.css";
import "./page.css";
import { secondsBefore } from "../relative-start";
import type { PipelineInfo, PipelineState, Update } from "../api";
import { Dashboard } from "./dashboard";
import { notice } from "./data-table";
import { byId, element, replaceContent, setText } from "./dom";
import { FailuresSection } from "./failures-section";
import { timeFormat } from "./format";
import { QuerySection } from "./query-section";
import { RefreshSchedule } from "./refresh-schedule";
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
      schedule.seconds = choice.refreshSeconds;
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

  const schedule = new RefreshSchedule(controls.choice.refreshSeconds);

  let last: PipelineState | undefined;
  /** What the sections show; undefined where changes were missed. */
  let shown: PipelineState | undefined;
  let receivedAt = 0;
  let isConnected = false;

  function refresh(state: PipelineState): void {
    dashboard.draw();
    if (state.tableVersion !== shown?.tableVersion) void tableSection.load();
    if (state.failed !== shown?.failed) void failures.load();
    shown = state;
  }

  function take(update: Update): void {
    const { state } = update;
    dashboard.take(update);
    const isDue = schedule.isDue(state.now);
    // After an interruption, changes were missed.
    if (!isConnected) void (isDue ? dashboard.load() : dashboard.catchUp());
    if (!isConnected && last) void reloadAfterRestart(info);
    if (isDue) refresh(state);
  }

  listen(
    (update) => {
      take(update);
      isConnected = true;
      last = update.state;
      receivedAt = performance.now();
      tiles.draw(last, last.now, info.buffering);
    },
    (connection) => {
      if (connection !== "live") {
        isConnected = false;
        shown = undefined;
      }
      showConnection(connection);
    },
  );
  // The server speaks only when something has changed; time goes on all the same.
  setInterval(() => {
    if (!last || !isConnected) return;
    const now = last.now + performance.now() - receivedAt;
    tiles.draw(last, now, info.buffering);
    if (performance.now() - receivedAt > 2_000) take({ state: { ...last, now }, metrics: [] });
  }, 1_000);
}

/** Begins anew with a server that has: its settings may be others, and its metrics do not go with what is shown. */
async function reloadAfterRestart({ startedAtMs }: PipelineInfo): Promise<void> {
  try {
    if ((await server.pipeline()).startedAtMs !== startedAtMs) location.reload();
  } catch {
    // The connection is lost again, and the next one asks again.
  }
}

void start();

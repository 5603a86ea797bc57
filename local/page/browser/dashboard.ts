import type { DashboardWidget } from "../../../pipeline/dashboard-body";
import { longestChartedSeconds } from "../../metrics/resolution";
import type { AbsoluteRange, PipelineInfo, PipelineState, TimeRange, Update } from "../api";
import { windowAt, type TimeWindow } from "../time-range";
import { notice } from "./data-table";
import { onSchemeChange } from "./colours";
import { byId, replaceContent } from "./dom";
import { timeFormat } from "./format";
import { MetricModel } from "./metric-model";
import { server } from "./server";
import type { TimeChoice } from "./time-controls";
import { createWidget, type Widget } from "./widgets";

const minuteMs = 60_000;

export interface DashboardOptions {
  readonly info: PipelineInfo;
  readonly choice: TimeChoice;
  readonly onZoom: (zoom: AbsoluteRange | undefined) => void;
  /** Why the chosen range could not be loaded; undefined when it was. */
  readonly onProblem: (problem: string | undefined) => void;
}

/** The widgets of the dashboard body, drawn from the metrics that the server sends. */
export class Dashboard {
  private readonly grid = byId("grid");
  private readonly model = new MetricModel();
  private readonly widgets: readonly Widget[];
  private choice: TimeChoice;
  private state: PipelineState | undefined;
  private zoom: AbsoluteRange | undefined;
  /** The range that the model has what it needs of, and when that was. */
  private loaded: { readonly range: TimeRange; readonly atMs: number } | undefined;
  private isScheduled = false;

  constructor(private readonly options: DashboardOptions) {
    this.choice = options.choice;
    this.widgets = options.info.dashboard.widgets.map((widget) =>
      createWidget(widget, (fromMs, toMs) => {
        this.setZoom({
          startMs: Math.floor(fromMs / minuteMs) * minuteMs,
          endMs: Math.ceil(toMs / minuteMs) * minuteMs,
        });
      }),
    );
    markLastOfOddRows(options.info.dashboard.widgets, this.widgets);
    this.showWidgets();
    onSchemeChange(() => {
      for (const widget of this.widgets) widget.recolour();
    });
  }

  /** Fetches what the time range needs, and draws it. */
  async load(): Promise<void> {
    this.grid.setAttribute("aria-busy", "true");
    if (await this.fetch()) this.draw();
  }

  /** Fetches what was missed; what has been drawn already stays until it is drawn anew. */
  async catchUp(): Promise<void> {
    const isFirst = !this.loaded;
    if ((await this.fetch()) && isFirst) this.draw();
  }

  /** @returns whether the chosen range is loaded now */
  private async fetch(): Promise<boolean> {
    const { range } = this.choice;
    try {
      const { now, metrics } = await server.metrics(range);
      this.model.merge(metrics);
      // Another one has been chosen meanwhile, and is on its way.
      if (range !== this.choice.range) return false;
      if (!this.loaded) this.showWidgets();
      this.loaded = { range, atMs: now };
      this.options.onProblem(undefined);
      return true;
    } catch (error) {
      if (range !== this.choice.range) return false;
      this.grid.removeAttribute("aria-busy");
      const problem = error instanceof Error ? error.message : String(error);
      if (this.loaded) this.options.onProblem(problem);
      else replaceContent(this.grid, notice("error", problem));
      return false;
    }
  }

  /** Keeps what the server tells; drawing it is another matter. */
  take({ state, metrics }: Update): void {
    this.state = state;
    this.model.merge(metrics);
    this.model.prune(state.now, longestChartedSeconds);
  }

  choose(choice: TimeChoice): void {
    const isOtherRange = choice.range !== this.choice.range;
    this.choice = choice;
    if (!isOtherRange) {
      this.draw();
      return;
    }
    this.setZoom(undefined);
    void this.load();
  }

  setZoom(zoom: AbsoluteRange | undefined): void {
    this.zoom = zoom;
    this.options.onZoom(zoom);
    this.draw();
  }

  /** The server's clock. */
  get now(): number {
    return this.state?.now ?? this.options.info.startedAtMs;
  }

  /** What the charts show. */
  get shown(): TimeWindow {
    const { now } = this;
    const { range, atMs } = this.loaded ?? { range: this.choice.range, atMs: now };
    // What is loaded of an absolute range was kept so finely at that time.
    const whole = windowAt(range, "seconds" in range ? now : atMs);
    return this.zoom ? { ...whole, fromMs: this.zoom.startMs, toMs: this.zoom.endMs } : whole;
  }

  /** At the next frame, once. */
  draw(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    requestAnimationFrame(() => {
      this.isScheduled = false;
      this.drawNow();
    });
  }

  private drawNow(): void {
    const { state, model } = this;
    if (!state || !this.loaded) return;
    const moment = {
      now: state.now,
      shown: this.shown,
      time: timeFormat(this.choice.zone),
      metrics: model,
      state,
    };
    for (const widget of this.widgets) widget.draw(moment);
    if (this.loaded.range === this.choice.range) this.grid.removeAttribute("aria-busy");
  }

  private showWidgets(): void {
    replaceContent(this.grid, ...this.widgets.map(({ node }) => node));
  }
}

/** Where two widgets stand side by side, the last of a row of three has the next row to itself. */
function markLastOfOddRows(layout: readonly DashboardWidget[], widgets: readonly Widget[]): void {
  layout.forEach(({ y }, index) => {
    const inRow = layout.filter((other) => other.y === y).length;
    const isLast = layout[index + 1]?.y !== y;
    if (isLast && inRow % 2 === 1) widgets[index]?.node.classList.add("is-alone");
  });
}

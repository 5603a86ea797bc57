import type { DashboardWidget } from "../../../pipeline/dashboard-body";
import type { PipelineInfo, PipelineState, Update } from "../api";
import { notice } from "./data-table";
import { onSchemeChange } from "./colours";
import { byId, replaceContent } from "./dom";
import { timeFormat } from "./format";
import { MetricModel } from "./metric-model";
import { server } from "./server";
import { longestRangeSeconds, type TimeChoice } from "./time-controls";
import { createWidget, type Widget } from "./widgets";

const longestKeptSeconds = Math.max(longestRangeSeconds, 14 * 24 * 60 * 60);

export interface DashboardOptions {
  readonly info: PipelineInfo;
  readonly choice: TimeChoice;
  readonly onZoom: (isZoomed: boolean) => void;
}

/** The widgets of the dashboard body, drawn from the metrics that the server sends. */
export class Dashboard {
  private readonly model = new MetricModel();
  private readonly widgets: readonly Widget[];
  private choice: TimeChoice;
  private state: PipelineState | undefined;
  private zoom: { readonly fromMs: number; readonly toMs: number } | undefined;
  private loadedRange = 0;
  private lastDrawn = 0;
  private isScheduled = false;

  constructor(private readonly options: DashboardOptions) {
    this.choice = options.choice;
    this.widgets = options.info.dashboard.widgets.map((widget) =>
      createWidget(widget, (fromMs, toMs) => {
        this.setZoom({ fromMs, toMs });
      }),
    );
    markLastOfOddRows(options.info.dashboard.widgets, this.widgets);
    replaceContent(byId("grid"), ...this.widgets.map(({ node }) => node));
    onSchemeChange(() => {
      for (const widget of this.widgets) widget.recolour();
    });
  }

  /** Fetches what the time range needs. */
  async load(): Promise<void> {
    const { rangeSeconds } = this.choice;
    try {
      const { metrics } = await server.metrics(rangeSeconds);
      this.model.merge(metrics);
      this.loadedRange = Math.max(this.loadedRange, rangeSeconds);
      byId("grid").removeAttribute("aria-busy");
      this.draw();
    } catch (error) {
      if (this.loadedRange === 0)
        replaceContent(byId("grid"), notice("error", error instanceof Error ? error.message : String(error)));
    }
  }

  take({ state, metrics }: Update): void {
    this.state = state;
    this.model.merge(metrics);
    this.model.prune(state.now, longestKeptSeconds);
    const { refreshSeconds } = this.choice;
    const isFirst = this.lastDrawn === 0;
    if (isFirst || (refreshSeconds !== undefined && state.now - this.lastDrawn >= refreshSeconds * 1000))
      this.draw();
  }

  choose(choice: TimeChoice): void {
    this.choice = choice;
    this.setZoom(undefined);
    // A longer range needs other resolutions, so that what is there does not do.
    void this.load();
  }

  setZoom(zoom: Dashboard["zoom"]): void {
    this.zoom = zoom;
    this.options.onZoom(zoom !== undefined);
    this.draw();
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
    const { state, choice, model } = this;
    if (!state || this.loadedRange === 0) return;
    this.lastDrawn = state.now;
    const { rangeSeconds, zone } = choice;
    const moment = {
      now: state.now,
      rangeSeconds,
      zoom: this.zoom,
      time: timeFormat(zone),
      metrics: model,
      state,
    };
    for (const widget of this.widgets) widget.draw(moment);
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

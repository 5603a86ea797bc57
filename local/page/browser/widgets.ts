import type { DashboardWidget, MetricWidgetProperties } from "../../../pipeline/dashboard-body";
import { drawnMetric } from "../../metrics/metric-key";
import { resolutionFor } from "../../metrics/resolution";
import type { PipelineState } from "../api";
import { secondsBefore } from "../relative-start";
import { windowAt, type TimeWindow } from "../time-range";
import { Chart } from "./chart";
import { element, replaceContent, setText } from "./dom";
import { bytes, compact, number, seconds, type TimeFormat } from "./format";
import type { MetricModel } from "./metric-model";

/** What all widgets draw at one time. */
export interface Moment {
  readonly now: number;
  readonly shown: TimeWindow;
  readonly time: TimeFormat;
  readonly metrics: MetricModel;
  readonly state: PipelineState | undefined;
}

export interface Widget {
  readonly node: HTMLElement;
  draw(moment: Moment): void;
  recolour(): void;
}

export type OnZoom = (fromMs: number, toMs: number) => void;

/** Draws one widget of the dashboard body as CloudWatch would. */
export function createWidget(widget: DashboardWidget, onZoom: OnZoom): Widget {
  const created = content(widget, onZoom);
  const { style, classList } = created.node;
  classList.add("widget", `widget-${widget.type}`);
  style.setProperty("--column", String(widget.x + 1));
  style.setProperty("--columns", String(widget.width));
  style.setProperty("--rows", String(widget.height));
  return created;
}

function content(widget: DashboardWidget, onZoom: OnZoom): Widget {
  switch (widget.type) {
    case "text":
      return textWidget(widget.properties.markdown);
    case "alarm":
      return alarmWidget(widget.properties.title, widget.properties.alarms);
    case "metric":
      return widget.properties.view === "singleValue"
        ? singleValueWidget(widget.properties)
        : timeSeriesWidget(widget.properties, onZoom);
  }
}

const isStill = { draw: () => undefined, recolour: () => undefined };

/** Of Markdown only what the dashboard uses: headings and paragraphs. */
function textWidget(markdown: string): Widget {
  const lines = markdown.split("\n").filter((line) => line.trim() !== "");
  const nodes = lines.map((line) => {
    const heading = /^#{1,6} +(.*)$/.exec(line)?.[1];
    return heading === undefined ? element("p", {}, line) : element("h3", {}, heading);
  });
  return { node: element("div", {}, ...nodes), ...isStill };
}

const alarmStates = {
  OK: { text: "OK", sign: "✓" },
  ALARM: { text: "In alarm", sign: "!" },
  INSUFFICIENT_DATA: { text: "Insufficient data", sign: "…" },
} as const;

function alarmWidget(title: string, arns: readonly string[]): Widget {
  const list = element("ul", { class: "alarms" });
  const names = arns.map((arn) => arn.slice(arn.lastIndexOf(":") + 1));
  return {
    node: element("article", { "aria-label": title }, element("h4", {}, title), list),
    draw: ({ state }) => {
      const items = names.map((name) => {
        const { state: now = "INSUFFICIENT_DATA", description } = state?.alarms[name] ?? {};
        const { text, sign } = alarmStates[now];
        const mark = element("span", { class: "sign", "aria-hidden": "true" }, sign);
        const label = element("span", { class: "alarm-name" }, name);
        const status = element("span", { class: "alarm-state" }, text);
        return element("li", { class: `alarm alarm-${now}`, title: description }, mark, label, status);
      });
      const isSame = items.every((item, index) => list.children[index]?.isEqualNode(item));
      if (!isSame) replaceContent(list, ...items);
    },
    recolour: () => undefined,
  };
}
function formatterOf(metricName: string): (value: number) => string {
  return metricName.includes("Bytes") ? bytes : number;
}

function caption(periodSeconds: number, statistics: readonly string[]): string {
  return `${[...new Set(statistics)].join(", ")} · ${seconds(periodSeconds)}`;
}

function timeSeriesWidget(properties: MetricWidgetProperties, onZoom: OnZoom): Widget {
  const { title, metrics, period, yAxis } = properties;
  const drawn = metrics.map(drawnMetric);
  const chart = new Chart({
    title,
    series: drawn.map(({ options }) => ({ label: options.label, colour: options.color })),
    formatValue: formatterOf(drawn[0]?.metric.name ?? ""),
    axisLabel: yAxis?.left.label,
    minimum: yAxis?.left.min,
    onSelect: onZoom,
  });
  const statistics = drawn.map(({ options }) => options.stat);
  const subtitle = element("span", { class: "caption" }, caption(period, statistics));
  const head = element("header", { class: "widget-head" }, element("h4", {}, title), subtitle);
  return {
    node: element("article", { "aria-label": title }, head, chart.node),
    draw: ({ shown, time, metrics: model }) => {
      const periodSeconds = Math.max(period, resolutionFor(period, shown.reachSeconds).periodSeconds);
      setText(subtitle, caption(periodSeconds, statistics));
      chart.draw({
        points: drawn.map((one) => model.datapoints(one, period, shown)),
        fromMs: shown.fromMs,
        toMs: shown.toMs,
        periodSeconds,
        time,
      });
    },
    recolour: () => {
      chart.recolour();
    },
  };
}

function singleValueWidget({ title, metrics, period, start, sparkline }: MetricWidgetProperties): Widget {
  const drawn = metrics.map(drawnMetric);
  const format = formatterOf(drawn[0]?.metric.name ?? "");
  const value = element("p", { class: "single-value" });
  const label = drawn.map(({ options }) => options.label).join(", ");
  const chart = sparkline
    ? new Chart({ title, series: [{ label }], formatValue: compact, isSparkline: true })
    : undefined;
  const statistics = drawn.map(({ options }) => options.stat);
  const subtitle = element("span", { class: "caption" }, caption(period, statistics));
  const head = element("header", { class: "widget-head" }, element("h4", {}, title), subtitle);
  const big = element("div", { class: "single" }, value, element("p", { class: "caption" }, label));
  return {
    node: element("article", { "aria-label": title }, head, big, chart?.node),
    draw: ({ now, shown, time, metrics: model }) => {
      const own = start === undefined ? shown : windowAt({ seconds: secondsBefore(start) }, now);
      const points = drawn.map((one) => model.datapoints(one, period, own));
      const newest = points[0]?.at(-1);
      setText(value, newest ? format(newest.value) : "No data");
      value.classList.toggle("is-empty", !newest);
      chart?.draw({ points, fromMs: own.fromMs, toMs: own.toMs, periodSeconds: period, time });
    },
    recolour: () => {
      chart?.recolour();
    },
  };
}

import uPlot from "uplot";
import type { Datapoint } from "../../metrics/statistic-set";
import { align, type AlignedData } from "./aligned-data";
import { colour, seriesColour, seriesStyle } from "./colours";
import { element, setText } from "./dom";
import { compact } from "./format";
import type { TimeFormat } from "./format";

export interface ChartSeries {
  readonly label: string;
  readonly colour?: string | undefined;
}

export interface ChartOptions {
  readonly title: string;
  readonly series: readonly ChartSeries[];
  readonly formatValue: (value: number) => string;
  readonly axisLabel?: string | undefined;
  /** What the values begin at. */
  readonly minimum?: number | undefined;
  /** Small, without axes, legend or cursor. */
  readonly isSparkline?: boolean;
  /** The user has marked a part of the time range. */
  readonly onSelect?: (fromMs: number, toMs: number) => void;
}

export interface ChartData {
  /** For each series. */
  readonly points: readonly (readonly Datapoint[])[];
  readonly fromMs: number;
  readonly toMs: number;
  /** Periods without a point are drawn as gaps. @default - none: points are joined */
  readonly periodSeconds?: number;
  readonly time: TimeFormat;
}

const axisFont = '11px system-ui, -apple-system, "Segoe UI", sans-serif';
const axisWidth = 46;

/** One chart over time, with a legend that shows the values under the cursor or else the newest. */
export class Chart {
  readonly node: HTMLElement;
  private readonly plotHost = element("div", { class: "plot" });
  private readonly values: readonly HTMLElement[];
  private readonly legendTime = element("span", { class: "legend-time" });
  private readonly live = element("span", { class: "visually-hidden", "aria-live": "polite" });
  private readonly noData = element("p", { class: "no-data" }, "No data");
  private plot: uPlot | undefined;
  private data: ChartData | undefined;
  private aligned: AlignedData = [[]];
  /** Where the keyboard is, in seconds: a time and not a place, because the chart moves on under it. */
  private readTime: number | undefined;

  constructor(private readonly options: ChartOptions) {
    const { series, isSparkline } = options;
    this.values = series.map(() => element("span", { class: "legend-value" }, "–"));
    const entries = series.map(({ label, colour: named }, index) => {
      const swatch = element("span", { class: "swatch" });
      swatch.style.backgroundColor = seriesStyle(named, index);
      return element("span", { class: "legend-entry" }, swatch, label, this.values[index]);
    });
    const legend = element("div", { class: "legend" }, ...entries, this.legendTime);
    this.node = element("div", { class: "chart" }, this.plotHost, !isSparkline && legend, this.live);
    this.plotHost.append(this.noData);
    if (!isSparkline) this.takeKeys();
    new ResizeObserver(() => {
      this.fit();
    }).observe(this.plotHost);
  }

  draw(data: ChartData): void {
    this.data = data;
    this.aligned = align(data.points, data.periodSeconds);
    const isEmpty = data.points.every((points) => points.length === 0);
    this.noData.hidden = !isEmpty;
    this.plotHost.classList.toggle("is-empty", isEmpty);
    this.plot ??= this.create();
    this.plot.setData(this.aligned, false);
    this.plot.setScale("x", { min: data.fromMs / 1000, max: data.toMs / 1000 });
    this.showLegend();
    // When uPlot has taken over the new scale, which it does in a microtask of its own.
    queueMicrotask(() => {
      this.placeCursor();
    });
  }

  /** After a change of colours. */
  recolour(): void {
    this.plot?.redraw();
  }

  private create(): uPlot {
    const { options } = this;
    const size = { width: this.plotHost.clientWidth || 300, height: this.plotHost.clientHeight || 120 };
    return new uPlot(
      {
        ...size,
        series: [
          {},
          ...options.series.map((one, index): uPlot.Series => {
            const stroke = () => seriesColour(one.colour, index);
            return {
              label: one.label,
              stroke,
              fill: () => (options.isSparkline ? `${stroke()}22` : ""),
              width: 1.5,
              points: {
                show: options.isSparkline ? this.isOnePoint : this.hasRoomForPoints,
                size: 5,
                fill: stroke,
              },
            };
          }),
        ],
        scales: { x: { time: true }, y: { range: (_plot, _low, high) => this.valueRange(high) } },
        axes: options.isSparkline ? [{ show: false }, { show: false }] : [this.timeAxis(), this.valueAxis()],
        legend: { show: false },
        cursor: options.isSparkline
          ? { show: false }
          : { sync: { key: "dashboard" }, drag: { x: true, y: false, setScale: false }, y: false },
        select: { show: true, left: 0, top: 0, width: 0, height: 0 },
        padding: options.isSparkline ? [4, 0, 0, 0] : [8, 18, 0, 0],
        tzDate: (seconds) => {
          const date = new Date(seconds * 1000);
          return this.data?.time.zone === "UTC" ? uPlot.tzDate(date, "Etc/UTC") : date;
        },
        hooks: {
          setCursor: [
            () => {
              this.showLegend();
            },
          ],
          setSelect: [
            (plot) => {
              this.takeSelection(plot);
            },
          ],
        },
      },
      this.aligned,
      this.plotHost,
    );
  }

  private readonly hasRoomForPoints = (plot: uPlot): boolean => {
    const { min = 0, max = 0 } = plot.scales.x ?? {};
    const shown = plot.data[0].filter((x) => x >= min && x <= max).length;
    return shown * 12 < plot.width;
  };

  /** One point makes no line. */
  private readonly isOnePoint = (plot: uPlot): boolean => plot.data[0].length === 1;

  private valueRange(high: number | null): uPlot.Range.MinMax {
    const { minimum = 0 } = this.options;
    return [minimum, high === null || high <= minimum ? minimum + 1 : minimum + (high - minimum) * 1.1];
  }

  private timeAxis(): uPlot.Axis {
    return {
      ...axisStyle(),
      size: 26,
      values: (_plot, ticks, _axis, _space, step) =>
        ticks.map((seconds) => {
          const text = this.data?.time.full(seconds * 1000) ?? "";
          return step >= 86_400 ? text.slice(5, 10) : text.slice(11, step < 60 ? 19 : 16);
        }),
    };
  }

  private valueAxis(): uPlot.Axis {
    const { axisLabel } = this.options;
    return {
      ...axisStyle(),
      size: axisWidth,
      ...(axisLabel !== undefined && { label: axisLabel, labelSize: 18, labelGap: 0, labelFont: axisFont }),
      values: (_plot, ticks) => ticks.map(compact),
      space: 34,
    };
  }

  private fit(): void {
    const { clientWidth: width, clientHeight: height } = this.plotHost;
    if (width > 0 && height > 0) this.plot?.setSize({ width, height });
  }

  private takeSelection(plot: uPlot): void {
    const { left, width } = plot.select;
    if (width < 8) return;
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.options.onSelect?.(plot.posToVal(left, "x") * 1000, plot.posToVal(left + width, "x") * 1000);
  }

  private showLegend(): void {
    const { data, options } = this;
    const index = this.pointedIndex;
    const isPointing = index !== undefined;
    options.series.forEach((_one, series) => {
      const value = isPointing ? this.aligned[series + 1]?.[index] : data?.points[series]?.at(-1)?.value;
      const node = this.values[series];
      if (node) setText(node, typeof value === "number" ? options.formatValue(value) : "–");
    });
    const at = isPointing ? this.aligned[0][index] : undefined;
    setText(this.legendTime, at === undefined ? "" : (data?.time.clock(at * 1000) ?? ""));
  }

  /** Left and right go from point to point, Home and End to the first and last, Escape lets go. */
  private takeKeys(): void {
    this.plotHost.tabIndex = 0;
    this.plotHost.setAttribute("role", "img");
    this.plotHost.setAttribute("aria-label", `${this.options.title}: chart; arrow keys read its values`);
    this.plotHost.addEventListener("keydown", (event) => {
      const next = this.indexAfter(event.key);
      if (next === undefined || !this.plot) return;
      event.preventDefault();
      this.pointAt(next);
    });
    this.plotHost.addEventListener("pointermove", () => {
      this.readTime = undefined;
    });
    this.plotHost.addEventListener("blur", () => {
      this.pointAt(undefined);
    });
  }

  private indexAfter(key: string): number | undefined | "none" {
    const filled = this.aligned[0].flatMap((_x, index) =>
      this.aligned.slice(1).some((values) => typeof values[index] === "number") ? [index] : [],
    );
    const current = this.pointedIndex;
    switch (key) {
      case "ArrowLeft":
        return current === undefined ? filled.at(-1) : (filled.findLast((one) => one < current) ?? filled[0]);
      case "ArrowRight":
        return current === undefined ? filled[0] : (filled.find((one) => one > current) ?? filled.at(-1));
      case "Home":
        return filled[0];
      case "End":
        return filled.at(-1);
      case "Escape":
        return "none";
      default:
        return undefined;
    }
  }

  /** The point under the pointer, or that the keyboard has come to. */
  private get pointedIndex(): number | undefined {
    if (this.readTime === undefined) return this.plot?.cursor.idx ?? undefined;
    const index = this.aligned[0].indexOf(this.readTime);
    return index < 0 ? undefined : index;
  }

  private pointAt(index: number | "none" | undefined): void {
    const wasReading = this.readTime !== undefined;
    this.readTime = typeof index === "number" ? this.aligned[0][index] : undefined;
    if (this.readTime === undefined) {
      if (wasReading) this.plot?.setCursor({ left: -10, top: -10 });
      return;
    }
    this.placeCursor();
    this.showLegend();
    const values = this.options.series.map(({ label }, n) => `${label} ${this.values[n]?.textContent ?? ""}`);
    setText(this.live, `${this.data?.time.clock(this.readTime * 1000) ?? ""}: ${values.join(", ")}`);
  }

  private placeCursor(): void {
    const { plot, readTime } = this;
    if (plot && readTime !== undefined)
      plot.setCursor({ left: plot.valToPos(readTime, "x"), top: plot.over.clientHeight / 2 });
  }
}

/** As every chart of the page has it. */
export function axisStyle(): uPlot.Axis {
  return {
    stroke: () => colour("--text-soft"),
    grid: { stroke: () => colour("--grid"), width: 1 },
    ticks: { stroke: () => colour("--grid"), width: 1, size: 4 },
    font: axisFont,
    gap: 4,
  };
}

import uPlot from "uplot";
import { axisStyle } from "./chart";
import { seriesColour } from "./colours";
import { element } from "./dom";
import { compact } from "./format";

export interface LinePlotOptions {
  /** Along the line, rising: numbers, or seconds since the Unix epoch. */
  readonly positions: readonly number[];
  readonly isTime: boolean;
  /** The row under the cursor; undefined when there is none. */
  readonly onPoint: (row: number | undefined) => void;
}

/** A line over the rows of a result. */
export class LinePlot {
  readonly node = element("div", { class: "plot line-plot" });
  private plot: uPlot | undefined;

  constructor(private readonly options: LinePlotOptions) {
    new ResizeObserver(() => {
      const { clientWidth: width, clientHeight: height } = this.node;
      if (width > 0 && height > 0) this.plot?.setSize({ width, height });
    }).observe(this.node);
  }

  draw(values: readonly number[]): void {
    const data: uPlot.AlignedData = [[...this.options.positions], [...values]];
    if (this.plot) this.plot.setData(data);
    else this.plot = this.create(data);
  }

  /** After a change of colours. */
  recolour(): void {
    this.plot?.redraw();
  }

  private create(data: uPlot.AlignedData): uPlot {
    const { isTime, onPoint } = this.options;
    const stroke = () => seriesColour(undefined, 0);
    return new uPlot(
      {
        width: 300,
        height: 240,
        series: [{}, { stroke, width: 1.5, points: { size: 5, fill: stroke } }],
        scales: { x: { time: isTime } },
        axes: [
          { ...axisStyle(), size: 40, ...(!isTime && { values: (_plot, ticks) => ticks.map(compact) }) },
          { ...axisStyle(), size: 46, space: 34, values: (_plot, ticks) => ticks.map(compact) },
        ],
        legend: { show: false },
        cursor: { drag: { x: false, y: false }, y: false },
        padding: [8, 18, 0, 0],
        tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
        hooks: {
          setCursor: [
            ({ cursor }) => {
              onPoint(cursor.idx ?? undefined);
            },
          ],
        },
      },
      data,
      this.node,
    );
  }
}

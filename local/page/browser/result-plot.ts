import type { Answer } from "../api";
import { isTimeType } from "./column-type";
import { cellText } from "./data-table";
import { element, setText } from "./dom";
import { number } from "./format";
import { LinePlot } from "./line-plot";
import { position, type PlotChoice } from "./plot-choice";

export interface ResultPlot {
  readonly node: HTMLElement;
  /** After a change of colours. */
  recolour(): void;
}

/** What draws one column of a result. */
interface Drawing extends ResultPlot {
  draw(column: number): void;
}

/** Bars or a line, with the choice of what they measure where there is more than one. */
export function resultPlot(answer: Answer, choice: PlotChoice): ResultPlot {
  const name = (index: number) => answer.columns[index]?.name ?? "";
  const caption = element("span", {}, `by ${name(choice.by)}`);
  const drawing = choice.kind === "bars" ? bars(answer, choice.by) : line(answer, choice.by, caption);
  const options = choice.values.map((index) => element("option", { value: index }, name(index)));
  const select = element("select", { id: "plot-column" }, ...options);
  select.addEventListener("change", () => {
    drawing.draw(Number(select.value));
  });
  drawing.draw(choice.values[0] ?? 0);
  const label = element("label", { for: "plot-column" }, "Plot");
  const head = element("div", { class: "plot-head" }, label, select, caption);
  const node = element(
    "figure",
    { class: "result-plot", "aria-label": "Plot of the result" },
    head,
    drawing.node,
  );
  return {
    node,
    recolour: () => {
      drawing.recolour();
    },
  };
}

/** Horizontal bars from zero. */
function bars({ rows }: Answer, by: number): Drawing {
  const node = element("div", { class: "bars", role: "list" });
  const draw = (column: number) => {
    const values = rows.map((row) => Number(row[column]));
    const longest = Math.max(...values.map(Math.abs)) || 1;
    node.replaceChildren(
      ...rows.map((row, index) => {
        const value = values[index] ?? 0;
        const bar = element("span", { class: value < 0 ? "bar is-negative" : "bar" });
        bar.style.inlineSize = `${(Math.abs(value) / longest) * 100}%`;
        return element(
          "div",
          { class: "bar-row", role: "listitem" },
          element("span", { class: "bar-name" }, cellText(row[by] ?? null)),
          element("span", { class: "bar-track" }, bar),
          element("span", { class: "bar-value" }, number(value)),
        );
      }),
    );
  };
  // Styles follow a change of colours by themselves.
  return { node, draw, recolour: () => undefined };
}

/** A line whose caption reads the value under the pointer; the table beside it has them all. */
function line({ columns, rows }: Answer, by: number, caption: HTMLElement): Drawing {
  const { name, type } = columns[by] ?? { name: "", type: "" };
  let shown = 0;
  const plot = new LinePlot({
    positions: rows.map((row) => position(type, row[by])),
    isTime: isTimeType(type),
    onPoint: (index) => {
      const row = index === undefined ? undefined : rows[index];
      setText(caption, row ? `${cellText(row[by] ?? null)}: ${number(Number(row[shown]))}` : `by ${name}`);
    },
  });
  plot.node.setAttribute("role", "img");
  plot.node.setAttribute("aria-label", `Line by ${name}; its values are in the table`);
  return {
    node: plot.node,
    draw: (column) => {
      shown = column;
      plot.draw(rows.map((row) => Number(row[column])));
    },
    recolour: () => {
      plot.recolour();
    },
  };
}

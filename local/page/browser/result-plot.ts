import type { Answer, Value } from "../api";
import { cellText, isNumberType } from "./data-table";
import { element } from "./dom";
import { number } from "./format";

/** Two columns of a result that make a plot. */
export interface PlotChoice {
  /** Index of the column that names the bars. */
  readonly names: number;
  /** Indices of the columns that can be their lengths, the likeliest first. */
  readonly values: readonly number[];
}

const fewestBars = 2;
const mostBars = 60;

/**
 * A plot suits a result in which one column tells the rows apart and another one measures them: few rows, no name
 * twice, all values finite numbers.
 */
export function plotChoice({ columns, rows }: Answer): PlotChoice | undefined {
  if (rows.length < fewestBars || rows.length > mostBars) return undefined;
  const names = columns.findIndex(
    ({ type }, index) => !isNumberType(type) && isDistinct(rows.map((row) => row[index])),
  );
  if (names < 0) return undefined;
  const values = columns.flatMap(({ type }, index) =>
    isNumberType(type) && rows.every((row) => typeof row[index] === "number") ? [index] : [],
  );
  // What was averaged is more telling than what was counted.
  const averagesFirst = values.sort(
    (a, b) => Number(isWhole(columns[a]?.type)) - Number(isWhole(columns[b]?.type)),
  );
  return averagesFirst.length > 0 ? { names, values: averagesFirst } : undefined;
}

function isDistinct(values: readonly (Value | undefined)[]): boolean {
  return values.every((value) => typeof value === "string") && new Set(values).size === values.length;
}

function isWhole(type = ""): boolean {
  return type.endsWith("int") || type === "integer";
}

/** Horizontal bars from zero, with the choice of what they measure where there is more than one. */
export function resultPlot(answer: Answer, choice: PlotChoice): HTMLElement {
  const bars = element("div", { class: "bars", role: "list" });
  const draw = (column: number) => {
    const values = answer.rows.map((row) => Number(row[column]));
    const longest = Math.max(...values.map(Math.abs)) || 1;
    bars.replaceChildren(
      ...answer.rows.map((row, index) => {
        const value = values[index] ?? 0;
        const bar = element("span", { class: value < 0 ? "bar is-negative" : "bar" });
        bar.style.inlineSize = `${(Math.abs(value) / longest) * 100}%`;
        return element(
          "div",
          { class: "bar-row", role: "listitem" },
          element("span", { class: "bar-name" }, cellText(row[choice.names] ?? null)),
          element("span", { class: "bar-track" }, bar),
          element("span", { class: "bar-value" }, number(value)),
        );
      }),
    );
  };
  const name = (index: number) => answer.columns[index]?.name ?? "";
  const options = choice.values.map((index) => element("option", { value: index }, name(index)));
  const select = element("select", { id: "plot-column" }, ...options);
  select.addEventListener("change", () => {
    draw(Number(select.value));
  });
  draw(choice.values[0] ?? 0);
  const label = element("label", { for: "plot-column" }, "Plot");
  const head = element(
    "div",
    { class: "plot-head" },
    label,
    select,
    element("span", {}, `by ${name(choice.names)}`),
  );
  return element("figure", { class: "result-plot", "aria-label": "Plot of the result" }, head, bars);
}

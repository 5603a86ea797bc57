import type { Answer, Value } from "../api";
import { isNumberType, isTimeType, isWholeNumberType } from "./column-type";

/** Columns of a result that make a plot, by their indices. */
export interface PlotChoice {
  /** Bars side by side, or a line from row to row. */
  readonly kind: "bars" | "line";
  /** The column that names the bars, or along which the line goes. */
  readonly by: number;
  /** Those that can be the lengths of the bars or the heights of the line, the likeliest first. */
  readonly values: readonly number[];
}

const fewestRows = 2;
const mostBars = 60;

/**
 * A plot suits a result in which one column tells the rows apart and another one measures them: bars for few rows with
 * names of their own, a line where a time or, without names, a number rises from row to row.
 */
export function plotChoice(answer: Answer): PlotChoice | undefined {
  const { columns, rows } = answer;
  if (rows.length < fewestRows) return undefined;
  const firstColumn = (suits: (type: string, values: readonly (Value | undefined)[]) => boolean) => {
    const index = columns.findIndex(({ type }, column) =>
      suits(
        type,
        rows.map((row) => row[column]),
      ),
    );
    return index < 0 ? undefined : index;
  };
  const isName = (type: string) => !isNumberType(type) && !isTimeType(type);
  const name = firstColumn((type, values) => isName(type) && isDistinct(values));
  const risingTime = firstColumn((type, values) => isTimeType(type) && isRising(type, values));
  const time = firstColumn((type, values) => isTimeType(type) && isDistinct(values));
  const risingNumber = firstColumn((type, values) => isNumberType(type) && isRising(type, values));

  if (name === undefined && risingTime !== undefined) return choiceOf("line", risingTime, answer);
  const label = name ?? time;
  // A measurement may rise by chance: it is no axis where something else tells the rows apart.
  if (label === undefined)
    return risingNumber === undefined ? undefined : choiceOf("line", risingNumber, answer);
  return rows.length <= mostBars ? choiceOf("bars", label, answer) : undefined;
}

/** Where a value lies on an axis: a number is itself, a time is in seconds since the Unix epoch; NaN for neither. */
export function position(type: string, value: Value | undefined): number {
  if (typeof value === "number") return value;
  if (!isTimeType(type) || typeof value !== "string") return NaN;
  const text = value.replace(/ UTC$/, "").replace(" ", "T");
  return Date.parse(text.includes("T") ? `${text}Z` : text) / 1000;
}

function choiceOf(kind: PlotChoice["kind"], by: number, { columns, rows }: Answer): PlotChoice | undefined {
  const values = columns.flatMap(({ type }, index) =>
    index !== by && isNumberType(type) && rows.every((row) => typeof row[index] === "number") ? [index] : [],
  );
  const isWhole = (index: number) => isWholeNumberType(columns[index]?.type ?? "");
  // What was averaged is more telling than what was counted.
  const averagesFirst = values.sort((a, b) => Number(isWhole(a)) - Number(isWhole(b)));
  return averagesFirst.length > 0 ? { kind, by, values: averagesFirst } : undefined;
}

function isDistinct(values: readonly (Value | undefined)[]): boolean {
  return values.every((value) => typeof value === "string") && new Set(values).size === values.length;
}

function isRising(type: string, values: readonly (Value | undefined)[]): boolean {
  const positions = values.map((value) => position(type, value));
  return positions.every((one, index) =>
    index === 0 ? !Number.isNaN(one) : one > (positions[index - 1] ?? NaN),
  );
}

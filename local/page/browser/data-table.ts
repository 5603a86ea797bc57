import type { Value } from "../api";
import { element } from "./dom";

export interface TableColumn {
  readonly name: string;
  /** Numbers stand to the right. */
  readonly isNumber?: boolean;
  /** Shown when the pointer rests on it. */
  readonly hint?: string;
}

export type TableCell = Node | string;

/** A table that scrolls in its own box, with a caption for those who cannot see what is around it. */
export function dataTable(
  caption: string,
  columns: readonly TableColumn[],
  rows: readonly (readonly TableCell[])[],
  rowClass: (index: number) => string | undefined = () => undefined,
): HTMLElement {
  const head = columns.map(({ name, isNumber, hint }) =>
    element("th", { scope: "col", class: isNumber && "number", title: hint }, name),
  );
  const body = rows.map((row, index) => {
    const cells = row.map((cell, column) =>
      element("td", { class: columns[column]?.isNumber && "number" }, cell),
    );
    return element("tr", { class: rowClass(index) }, ...cells);
  });
  const table = element(
    "table",
    {},
    element("caption", { class: "visually-hidden" }, caption),
    element("thead", {}, element("tr", {}, ...head)),
    element("tbody", {}, ...body),
  );
  return element("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": caption }, table);
}

export function cellText(value: Value): string {
  if (value === null) return "null";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** A value of a query's result: null looks unlike the text "null". */
export function valueCell(value: Value): TableCell {
  return value === null ? element("span", { class: "null" }, "null") : cellText(value);
}

/** What a box shows when it has no table. */
export function notice(kind: "empty" | "error", text: string): HTMLElement {
  return element("p", { class: `notice notice-${kind}`, role: kind === "error" ? "alert" : "status" }, text);
}

import Table from "cli-table3";

/** A cell of a table or of CSV: JSON values, of which text is shown as it is. */
export type TableCell = unknown;

export interface TableColumn {
  readonly name: string;
  /** Numbers stand to the right. */
  readonly isNumber?: boolean;
}

/** Control characters and marks of writing direction: they would change how a terminal shows the rest. */
const invisible = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

const escapes: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

const escaped = (character: string) =>
  escapes[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;

function cellText(cell: TableCell): string {
  if (cell === null || cell === undefined) return "";
  return typeof cell === "string" ? cell : JSON.stringify(cell);
}

function shown(cell: TableCell): string {
  return cellText(cell).replaceAll(invisible, escaped);
}

/** A table for people. */
export function formatTable(
  columns: readonly TableColumn[],
  rows: readonly (readonly TableCell[])[],
): string {
  const table = new Table({
    head: columns.map(({ name }) => shown(name)),
    colAligns: columns.map(({ isNumber }) => (isNumber ? "right" : "left")),
    style: { head: [], border: [], compact: true },
  });
  for (const row of rows) table.push(row.map(shown));
  return table.toString();
}

/** RFC 4180, with a header line; null is an empty field and an empty text is `""`. */
export function formatCsv(columns: readonly TableColumn[], rows: readonly (readonly TableCell[])[]): string {
  const field = (cell: TableCell) => {
    const text = cellText(cell);
    return cell === "" || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const lines = [columns.map(({ name }) => name), ...rows].map((row) => row.map(field).join(","));
  return `${lines.join("\r\n")}\r\n`;
}

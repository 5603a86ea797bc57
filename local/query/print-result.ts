import { formatCsv, formatTable } from "../cli/table";
import type { QueryResult } from "./query-result";

export type ResultFormat = "table" | "json" | "csv";

/** More would scroll past: who wants them all takes CSV or JSON. */
const mostTableRows = 200;

const numericTypes = /^(?:tinyint|smallint|integer|bigint|real|double|decimal)/;

/** The result as a table, of its first rows if there are many. */
export function resultTable({ columns, rows }: QueryResult, mostRows = mostTableRows): string {
  const heads = columns.map(({ name, type }) => ({ name, isNumber: numericTypes.test(type) }));
  const table = formatTable(heads, rows.slice(0, mostRows));
  const left = rows.length - mostRows;
  return left > 0 ? `${table}\n... and ${left.toLocaleString("en-US")} more rows` : table;
}

/** Prints a result; as JSON or CSV nothing else goes to stdout. */
export function printResult(result: QueryResult, format: ResultFormat): void {
  const { columns, rows, truncated, elapsedMs } = result;
  if (format === "json")
    process.stdout.write(`${JSON.stringify({ columns, rows, truncated }, undefined, 2)}\n`);
  else if (format === "csv") process.stdout.write(formatCsv(columns, rows));
  else {
    const count = `${rows.length.toLocaleString("en-US")} ${rows.length === 1 ? "row" : "rows"}`;
    process.stdout.write(`${resultTable(result)}\n${count} in ${elapsedMs} ms\n`);
  }
  if (truncated) {
    process.stderr.write(
      `Only the first ${rows.length.toLocaleString("en-US")} rows: the rest was left out.\n`,
    );
  }
}

import { relative } from "node:path";
import type { PipelineNames } from "../pipeline/names";
import { openTable } from "./query/open-table";
import { resultTable } from "./query/print-result";
import type { QueryResult } from "./query/query-result";
import { QuerySession } from "./query/query-session";
import { savedQueries, sqlFor, type SavedQuery } from "./query/saved-queries";
import type { ReplaySummary } from "./replay";
import type { Warehouse } from "./warehouse";

export interface Answer {
  readonly query: SavedQuery;
  readonly result: QueryResult;
}

/** Asks the table everything in queries/. */
export async function askSavedQueries(names: PipelineNames, { tableLocation }: Warehouse): Promise<Answer[]> {
  const session = await QuerySession.open(names, await openTable(tableLocation));
  try {
    const answers: Answer[] = [];
    for (const query of savedQueries()) {
      answers.push({ query, result: await session.run(sqlFor(query, names)) });
    }
    return answers;
  } finally {
    session.close();
  }
}

const rowsShown = 10;
const count = (value: number) => value.toLocaleString("en-US");

export function summaryText(summary: ReplaySummary, warehouse: Warehouse, logFile: string): string {
  const { records, rows, table, simulatedMs, wallMs, invocations, invocationErrors } = summary;
  const { sent, delivered, failed, unaccounted } = records;
  const failedTotal = Object.values(failed).reduce((total, one) => total + one, 0);
  const failures = Object.entries(failed).map(([code, records]) => `${code} ${count(records)}`);
  const lines: [label: string, value: string, remark?: string][] = [
    ["Records sent", count(sent), `${count(invocations)} invocations`],
    ["Rows delivered", count(delivered), rows === delivered ? "" : `the table holds ${count(rows)}`],
    ["Rows failed", count(failedTotal), failures.join(", ")],
    ["Unaccounted for", count(unaccounted), "counted in the table and in the error bucket"],
    ["Snapshots", count(table.snapshots)],
    ["Data files", count(table.dataFiles), `${(table.bytes / 2 ** 20).toFixed(2)} MiB`],
    [
      "Simulated",
      duration(simulatedMs),
      `in ${duration(wallMs)}, ${count(Math.round(simulatedMs / wallMs))} times as fast`,
    ],
  ];
  return [
    ...lines.map(([label, value, remark = ""]) =>
      `${label.padEnd(16)}${value.padStart(12)}  ${remark}`.trimEnd(),
    ),
    `Table   ${shown(warehouse.tableLocation)}`,
    ...(failedTotal > 0 ? [`Failed  ${shown(warehouse.errorBucket)}`] : []),
    `Log     ${shown(logFile)}`,
    ...invocationErrors.map(
      ({ errorType, errorMessage }) => `Failed invocation: ${errorType}: ${errorMessage}`,
    ),
  ].join("\n");
}

export function answersText(answers: readonly Answer[]): string {
  return answers
    .map(({ query, result }) => `${query.name}: ${query.description}\n${resultTable(result, rowsShown)}`)
    .join("\n\n");
}

const shown = (path: string) => relative(process.cwd(), path) || path;

function duration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/** What a script wants: the summary, where things lie, and the queries with their rows. */
export function summaryJson(
  summary: ReplaySummary,
  warehouse: Warehouse,
  answers: readonly Answer[],
): object {
  return {
    ...summary,
    location: warehouse.tableLocation,
    errorBucket: warehouse.errorBucket,
    queries: answers.map(({ query, result: { columns, rows } }) => ({ name: query.name, columns, rows })),
  };
}

/** Why the replay is to be called a failure; none when it is none. */
export function replayProblems({ records, invocations, invocationErrors }: ReplaySummary): string[] {
  const { sent, unaccounted } = records;
  const problems: string[] = [];
  if (unaccounted !== 0) {
    const what =
      unaccounted > 0 ? "are neither in the table nor among the failed records" : "are there more than once";
    problems.push(`Of ${count(sent)} records sent, ${count(Math.abs(unaccounted))} ${what}.`);
  }
  if (invocationErrors.length > 0) {
    problems.push(`${count(invocationErrors.length)} of ${count(invocations)} invocations failed.`);
  }
  return problems;
}

import { Argument, Option, type Command } from "commander";
import { pipelineNames, type PipelineNames } from "../../pipeline/names";
import { createCommand } from "../cli/command";
import { readInstant, stackNameOption, warehouseOption, wholeNumber } from "../cli/options";
import { formatCsv, formatTable } from "../cli/table";
import { warehouse } from "../warehouse";
import { openTable, type Moment } from "./open-table";
import { printResult, type ResultFormat } from "./print-result";
import { QueryProcess } from "./query-process";
import { terminalLimits } from "./query-session";
import { findSavedQuery, savedQueries, sqlFor } from "./saved-queries";

/** The flags of `queryCommand`. */
export interface QueryOptions {
  readonly snapshot?: number;
  readonly asOf?: number;
  readonly json?: true;
  readonly csv?: true;
  readonly warehouse: string;
  readonly stackName: string;
}

/** The command line that asks the local table. */
export function queryCommand(): Command {
  return createCommand(
    "npm run query --",
    "Ask the local table in SQL, as Athena would answer. Without a query, list those that are there.",
  )
    .addArgument(new Argument("[query]", "the name of a query in queries/, or SQL text"))
    .addOption(
      new Option("--snapshot <id>", "ask the table as it was in a snapshot")
        .argParser(wholeNumber(1, Number.MAX_SAFE_INTEGER))
        .conflicts("asOf"),
    )
    .addOption(new Option("--as-of <time>", "ask the table as it was at a time (UTC)").argParser(readInstant))
    .addOption(new Option("--json", "print the result as JSON").conflicts("csv"))
    .addOption(new Option("--csv", "print the result as CSV"))
    .addOption(warehouseOption())
    .addOption(stackNameOption())
    .addHelpText(
      "after",
      `
Examples:
  npm run query -- average-temperature-by-location
  npm run query -- "SELECT count(*) FROM ${pipelineNames("my-stack").table}" --stack-name my-stack
  npm run query -- all-sensor-data --as-of "2026-01-01 00:05" --csv`,
    );
}

/** How the flags want the result. */
export function resultFormat({ json, csv }: Pick<QueryOptions, "json" | "csv">): ResultFormat {
  return json ? "json" : csv ? "csv" : "table";
}

/** The SQL of a query in queries/, by its name, or the text as it is. @throws UserError for a name that is none */
export function sqlOf(query: string, names: PipelineNames): string {
  const isName = /^[\w-]+$/.test(query);
  return isName ? sqlFor(findSavedQuery(query), names) : query;
}

/** Lists the queries when it is given none; otherwise asks the local table and prints the answer. */
export async function answerLocally(query: string | undefined, options: QueryOptions): Promise<void> {
  if (query === undefined) list(resultFormat(options));
  else await ask(query, options);
}

function list(format: ResultFormat): void {
  const queries = savedQueries();
  const columns = [{ name: "query" }, { name: "answers" }];
  const rows = queries.map(({ name, description }) => [name, description]);
  if (format === "json") process.stdout.write(`${JSON.stringify(queries, undefined, 2)}\n`);
  else if (format === "csv") process.stdout.write(formatCsv(columns, rows));
  else {
    const hint = `Run one: npm run query -- ${queries[0]?.name ?? "SQL"}`;
    process.stdout.write(`${formatTable(columns, rows)}\n${hint}\n`);
  }
}

async function ask(query: string, options: QueryOptions): Promise<void> {
  const names = pipelineNames(options.stackName);
  const sql = sqlOf(query, names);
  const contents = await openTable(warehouse(options.warehouse, names).tableLocation, moment(options));
  const engine = new QueryProcess(names, terminalLimits);
  try {
    printResult(await engine.ask(contents, sql), resultFormat(options));
  } finally {
    await engine.close();
  }
}

function moment({ snapshot, asOf }: QueryOptions): Moment {
  if (asOf !== undefined) return { asOfMs: asOf };
  return snapshot === undefined ? {} : { snapshotId: snapshot };
}

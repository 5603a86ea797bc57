import { Argument, Option } from "commander";
import { pipelineNames } from "../../pipeline/names";
import { createCommand, runCommand } from "../cli/command";
import { readInstant, stackNameOption, warehouseOption, wholeNumber } from "../cli/options";
import { formatCsv, formatTable } from "../cli/table";
import { warehouse } from "../warehouse";
import { openTable, type Moment } from "./open-table";
import { printResult, type ResultFormat } from "./print-result";
import { QuerySession } from "./query-session";
import { findSavedQuery, savedQueries, sqlFor } from "./saved-queries";

interface QueryOptions {
  readonly snapshot?: number;
  readonly asOf?: number;
  readonly json?: true;
  readonly csv?: true;
  readonly warehouse: string;
  readonly stackName: string;
}

const command = createCommand(
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
  .action(async (query: string | undefined, options: QueryOptions) => {
    const format: ResultFormat = options.json ? "json" : options.csv ? "csv" : "table";
    if (query === undefined) list(format);
    else await ask(query, format, options);
  })
  .addHelpText(
    "after",
    `
Examples:
  npm run query -- average-temperature-by-location
  npm run query -- "SELECT count(*) FROM ${pipelineNames("my-stack").table}" --stack-name my-stack
  npm run query -- all-sensor-data --as-of "2026-01-01 00:05" --csv`,
  );

function list(format: ResultFormat): void {
  const queries = savedQueries();
  const columns = [{ name: "query" }, { name: "answers" }];
  const rows = queries.map(({ name, description }) => [name, description]);
  if (format === "json") console.log(JSON.stringify(queries, undefined, 2));
  else if (format === "csv") process.stdout.write(formatCsv(columns, rows));
  else console.log(`${formatTable(columns, rows)}\nRun one: npm run query -- ${queries[0]?.name ?? "SQL"}`);
}

async function ask(query: string, format: ResultFormat, options: QueryOptions): Promise<void> {
  const names = pipelineNames(options.stackName);
  const isName = /^[\w-]+$/.test(query);
  const sql = isName ? sqlFor(findSavedQuery(query), names) : query;
  const contents = await openTable(warehouse(options.warehouse, names).tableLocation, moment(options));
  const session = await QuerySession.open(names, contents);
  try {
    printResult(await session.run(sql), format);
  } finally {
    session.close();
  }
}

function moment({ snapshot, asOf }: QueryOptions): Moment {
  if (asOf !== undefined) return { asOfMs: asOf };
  return snapshot === undefined ? {} : { snapshotId: snapshot };
}

void runCommand(command, process.argv.slice(2));

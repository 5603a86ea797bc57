import { createInterface } from "node:readline/promises";
import { runCommand } from "../local/cli/command";
import { UsageError } from "../local/cli/user-error";
import { printResult } from "../local/query/print-result";
import {
  answerLocally,
  queryCommand,
  resultFormat,
  sqlOf,
  type QueryOptions,
} from "../local/query/query-command";
import { askAthena, OutputLocationError, type AthenaAnswer, type AthenaTarget } from "./athena/athena-query";
import { athenaOptions, type AthenaFlags } from "./athena/options";
import { assertReadsOnly } from "./athena/read-only-sql";
import { findDeployment } from "./deployment/deployment-settings";
import { bytes, usd } from "./shell/amounts";
import { Interruption } from "./shell/interruption";
import { regionOption } from "./shell/options";
import { showStatus } from "./shell/status-line";

interface Options extends QueryOptions, AthenaFlags {
  readonly athena?: true;
  readonly region?: string;
}

const command = queryCommand()
  .option("--athena", "ask the deployed table, in Athena")
  .addOption(regionOption())
  .addHelpText(
    "after",
    `  npm run query -- --athena average-temperature-by-location

With --athena the stack and the Region come from outputs.json and terraform.tfvars, and SQL may look back with
FOR TIMESTAMP AS OF. Athena charges for what it scans.`,
  )
  .action(async (query: string | undefined, options: Options) => {
    if (!options.athena) refuseAthenaFlags();
    if (options.athena && query !== undefined) await answerInAthena(query, options);
    else await answerLocally(query, options);
  });
for (const option of athenaOptions()) command.addOption(option);

/** Only what the user typed: most flags have defaults. */
function isGiven(flag: string): boolean {
  return command.getOptionValueSource(flag) === "cli";
}

function refuseAthenaFlags(): void {
  const given = [...athenaOptions(), regionOption()].find((option) => isGiven(option.attributeName()));
  if (given) throw new UsageError(`${given.long ?? given.flags} goes with --athena.`);
}

async function answerInAthena(query: string, options: Options): Promise<void> {
  if (["snapshot", "asOf", "warehouse"].some(isGiven)) {
    throw new UsageError(
      "--snapshot, --as-of and --warehouse are for the local table; in Athena write FOR TIMESTAMP AS OF.",
    );
  }
  const { names, region } = findDeployment(
    {
      ...(isGiven("stackName") && { stackName: options.stackName }),
      ...(options.region !== undefined && { region: options.region }),
    },
    "deployed",
  );
  const sql = sqlOf(query, names);
  assertReadsOnly(sql);
  const { workgroup, outputLocation } = options;
  const answer = await ask(
    { names, region, workgroup, ...(outputLocation !== undefined && { outputLocation }) },
    sql,
  );
  const format = resultFormat(options);
  printResult(answer, format);
  const cost = `Athena scanned ${bytes(answer.bytesScanned)}: ${usd(answer.usd)} at the list price of us-east-1\n`;
  (format === "table" ? process.stdout : process.stderr).write(cost);
}

async function ask(target: AthenaTarget, sql: string): Promise<AthenaAnswer> {
  const status = showStatus(process.stderr);
  const interruption = new Interruption();
  const options = {
    signal: interruption.signal,
    onPoll: (state: string) => {
      if (process.stderr.isTTY) status.update(`Athena: ${state.toLowerCase()}`);
    },
  };
  try {
    return await askAthena(target, sql, options).catch(async (error: unknown) => {
      if (!(error instanceof OutputLocationError) || !process.stdin.isTTY) throw error;
      return await askAthena(
        { ...target, outputLocation: await askForPlace(target.workgroup) },
        sql,
        options,
      );
    });
  } finally {
    status.clear();
    interruption.close();
  }
}

async function askForPlace(workgroup: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const place = await terminal.question(
      `The workgroup "${workgroup}" has no place for results. Where shall Athena keep this one? s3://`,
    );
    return `s3://${place.trim().replace(/^s3:\/\//, "")}`;
  } finally {
    terminal.close();
  }
}

void runCommand(command, process.argv.slice(2));

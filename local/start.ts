import { Option } from "commander";
import { pipelineNames } from "../pipeline/names";
import { settings } from "../pipeline/settings";
import { createCommand, runCommand } from "./cli/command";
import { stackNameOption, warehouseOption, wholeNumber } from "./cli/options";
import { showProgress } from "./cli/progress";
import { UserError } from "./cli/user-error";
import { parseFaults } from "./firehose/faults";
import { FunctionLog } from "./function/function-log";
import { replay } from "./replay";
import { answersText, askSavedQueries, replayProblems, summaryJson, summaryText } from "./replay-report";
import { warehouse as warehouseOf } from "./warehouse";

interface StartOptions {
  readonly minutes: number;
  readonly warehouse: string;
  readonly seed: number;
  readonly stackName: string;
  readonly faults: string;
  readonly keep?: true;
  readonly json?: true;
  readonly verbose?: true;
}

const aWeek = 7 * 24 * 60;

const command = createCommand(
  "npm start --",
  "Run the whole pipeline on this machine, in virtual time: the function as it would be deployed, a local " +
    "Firehose and an Apache Iceberg table on disk. Then ask the table the queries in queries/.",
)
  .addOption(
    new Option("--minutes <n>", "minutes to simulate, with one invocation each")
      .default(10)
      .argParser(wholeNumber(1, aWeek)),
  )
  .addOption(warehouseOption())
  .addOption(
    new Option("--seed <n>", "seed of the readings: the same seed gives the same rows")
      .default(settings.generator.seed)
      .argParser(wholeNumber(0, 2 ** 32 - 1)),
  )
  .addOption(stackNameOption())
  .addOption(
    new Option(
      "--faults <list>",
      'what goes wrong and how often, such as "throttle=0.05,malformed=0.01"',
    ).default(""),
  )
  .addOption(new Option("--keep", "add to the table that is there, instead of replacing it"))
  .addOption(new Option("--json", "print the summary as JSON"))
  .addOption(new Option("--verbose", "show what the function logs"))
  .action(start);

async function start(options: StartOptions): Promise<void> {
  const { minutes, seed, stackName, keep = false, json = false, verbose = false } = options;
  const faults = parseFaults(options.faults, seed);
  const names = pipelineNames(stackName);
  const warehouse = warehouseOf(options.warehouse, names);
  // As JSON nothing else goes to stdout.
  const out = json ? process.stderr : process.stdout;
  const rate = settings.generator.recordsPerSecond * settings.generator.runSeconds;
  out.write(`Replaying ${minutes} min of ${stackName}: ${count(minutes * rate)} records, no AWS account.\n`);

  const echo = verbose ? process.stderr : undefined;
  const log = new FunctionLog(warehouse.root, names.generatorFunction, { append: keep, echo });
  const progress = showProgress(out, minutes, "min");
  const onMinute = (minute: number, acknowledged: number) => {
    progress.update(minute, `${count(acknowledged)} records`);
  };
  const summary = await replay({
    names,
    warehouse,
    minutes,
    seed,
    faults,
    keep,
    log: log.write,
    onMinute,
  }).finally(() => {
    progress.stop();
    log.close();
  });
  const answers = await askSavedQueries(names, warehouse);
  if (json) {
    console.log(JSON.stringify(summaryJson(summary, warehouse, answers), undefined, 2));
  } else {
    console.log(`\n${summaryText(summary, warehouse, log.path)}\n\n${answersText(answers)}`);
    console.log(`\nAsk more: npm run query -- "SELECT count(*) FROM ${names.table}"`);
  }
  const problems = replayProblems(summary);
  if (problems.length > 0) throw new UserError(problems.join(" "));
}

const count = (value: number) => value.toLocaleString("en-US");

void runCommand(command, process.argv.slice(2));

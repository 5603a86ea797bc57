import { Option } from "commander";
import { createCommand, runCommand } from "../local/cli/command";
import { defaultWarehouse, readInstant, wholeNumber } from "../local/cli/options";
import { UsageError, UserError } from "../local/cli/user-error";
import { warehouse } from "../local/warehouse";
import { findDeployment, type Deployment, type DeploymentFlags } from "./deployment/deployment-settings";
import type { ErrorObjects } from "./errors/error-objects";
import type { RecordFilter } from "./errors/read-records";
import type { ReplayFlags } from "./errors/replay-command";
import { inkFor } from "./shell/ink";
import { deployedStackOption, jsonOption, regionOption } from "./shell/options";

interface ErrorsOptions extends DeploymentFlags, ReplayFlags {
  readonly warehouse: string;
  readonly show?: number;
  readonly replay?: true;
  readonly code?: string;
  readonly since?: number;
  readonly until?: number;
}

const command = createCommand(
  "npm run errors --",
  "List the records that Firehose could not deliver, look at one, or send them again.",
)
  .option("--local", "those of the local pipeline")
  .addOption(new Option("--warehouse <dir>", "with --local: its folder").default(defaultWarehouse))
  .addOption(
    new Option("--show <n>", "show one record whole").argParser(wholeNumber(1, Number.MAX_SAFE_INTEGER)),
  )
  .option("--code <code>", "only records with this error code")
  .addOption(new Option("--since <time>", "only those of this hour and later (UTC)").argParser(readInstant))
  .addOption(new Option("--until <time>", "only those of this hour and earlier (UTC)").argParser(readInstant))
  .option("--replay", "send them through the delivery stream again, each once")
  .option("--map <module>", "with --replay: a module that mends each record before")
  .option("--dry-run", "with --replay: read and mend, send nothing")
  .option("--again", "with --replay: also those that were replayed before and failed again")
  .addOption(
    new Option("--in-doubt <what>", "with --replay: records of a call that was never answered")
      .choices(["hold", "resend", "done"])
      .default("hold"),
  )
  .option("--archive", "with --replay: move objects away when all of their records are settled")
  .option("--ledger <file>", "with --replay: the file that says what was sent already")
  .addOption(deployedStackOption())
  .addOption(regionOption())
  .addOption(jsonOption())
  .action(async (options: ErrorsOptions) => {
    refuseContradictions(options);
    const deployment = findDeployment(options, "deployed");
    const objects = await openObjects(deployment, options);
    const filter: RecordFilter = {
      ...(options.code !== undefined && { errorCode: options.code }),
      ...(options.since !== undefined && { fromHour: hour(options.since) }),
      ...(options.until !== undefined && { toHour: hour(options.until) }),
    };
    if (options.replay) {
      const { runReplay } = await import("./errors/replay-command.js");
      await runReplay(deployment, objects, filter, options);
    } else if (options.show !== undefined) await show(options.show, objects, filter, options);
    else await list(objects, filter, options);
  })
  .addHelpText(
    "after",
    `
A --map module exports one function: it gets { text, data, errorCode, errorMessage, arrivalTimestamp } and returns a
reading, text or bytes to send, or null to leave the record out for good:

  export default ({ text }) => ({ ...JSON.parse(text), location: "unknown" });

Nothing is deleted. --archive moves an object below archive/. The ledger keeps a record from being sent twice; keep it.
Records of a call whose answer never came may have been sent or not: they are held back until you look into the table
and say --in-doubt resend (they are not there) or --in-doubt done (they are).

Examples:
  npm run errors
  npm run errors -- --show 1
  npm run errors -- --replay --code Iceberg.MissingColumnWithinRecord --map mend.ts --dry-run
  npm run errors -- --local`,
  );

const hour = (milliseconds: number) => new Date(milliseconds).toISOString().slice(0, 13);

function refuseContradictions(options: ErrorsOptions): void {
  const needReplay = {
    map: "--map",
    again: "--again",
    archive: "--archive",
    ledger: "--ledger",
    dryRun: "--dry-run",
  };
  if (options.replay) {
    if (options.show !== undefined) throw new UsageError("--show and --replay: one at a time.");
    return;
  }
  for (const [key, name] of Object.entries(needReplay)) {
    if (options[key as keyof typeof needReplay] !== undefined)
      throw new UsageError(`${name} goes with --replay.`);
  }
}

async function openObjects({ names, region }: Deployment, options: ErrorsOptions): Promise<ErrorObjects> {
  if (options.local) {
    const { FolderObjects } = await import("./errors/folder-objects.js");
    return new FolderObjects(warehouse(options.warehouse, names));
  }
  const { BucketObjects } = await import("./errors/bucket-objects.js");
  return await BucketObjects.open(names.errorBucket, region);
}

async function list(
  objects: ErrorObjects,
  filter: RecordFilter,
  { json, local }: ErrorsOptions,
): Promise<void> {
  const { groupRecords, listingJson, listingReport, readRecords } = await reading();
  const listing = await groupRecords(readRecords(objects, filter));
  if (json) process.stdout.write(`${JSON.stringify(listingJson(listing, objects.location), undefined, 2)}\n`);
  else {
    const again = local ? "npm run errors -- --local" : "npm run errors --";
    process.stdout.write(listingReport(listing, objects.location, again, inkFor(process.stdout)));
  }
}

async function show(
  number: number,
  objects: ErrorObjects,
  filter: RecordFilter,
  { json }: ErrorsOptions,
): Promise<void> {
  const { findRecord, placeJson, readRecords, recordJson, recordReport } = await reading();
  const found = await findRecord(readRecords(objects, filter), number);
  if (!found) throw new UserError(`There are fewer than ${number} failed records in ${objects.location}.`);
  const { place, record } = found;
  if (json) {
    process.stdout.write(
      `${JSON.stringify({ number, ...placeJson(place), ...recordJson(record) }, undefined, 2)}\n`,
    );
  } else process.stdout.write(recordReport(number, place, record, inkFor(process.stdout)));
}

async function reading() {
  const [groups, records, report] = await Promise.all([
    import("./errors/groups.js"),
    import("./errors/read-records.js"),
    import("./errors/report.js"),
  ]);
  return { ...groups, ...records, ...report };
}

void runCommand(command, process.argv.slice(2));

import { resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { settings } from "../../pipeline/settings";
import type { Deployment } from "../deployment/deployment-settings";
import { AwsCallError } from "../aws/aws-error";
import { clientSettings } from "../aws/clients";
import { Interruption } from "../shell/interruption";
import { showStatus } from "../shell/status-line";
import type { ErrorObjects } from "./error-objects";
import { putRecords } from "./put-records";
import type { RecordFilter } from "./read-records";
import { loadRepair } from "./repair";
import { replay, type ReplayResult } from "./replay";
import { ReplayLedger } from "./replay-ledger";
import { isSettled, replayReport } from "./report";

export interface ReplayFlags {
  readonly map?: string;
  readonly ledger?: string;
  readonly inDoubt: "hold" | "resend" | "done";
  readonly again?: true;
  readonly archive?: true;
  readonly dryRun?: true;
  readonly local?: true;
  readonly json?: true;
}

/** Where `npm run serve` listens unless told otherwise. */
const localEndpoint = `http://127.0.0.1:${settings.local.port}`;

/** Git ignores the folder. One ledger for each error bucket: keys of different buckets may be alike. */
function ledgerPath({ names, region }: Deployment, { ledger, local }: ReplayFlags): string {
  return resolve(ledger ?? `.replay/${local ? "local" : region}-${names.errorBucket}.jsonl`);
}

async function firehoseClient({ region }: Deployment, local: boolean) {
  const { FirehoseClient } = await import("@aws-sdk/client-firehose");
  return new FirehoseClient({
    ...clientSettings(region),
    // The SDK would repeat a call whose connection broke, and then nobody could know how often it was carried out.
    maxAttempts: 1,
    ...(local && {
      endpoint: process.env.AWS_ENDPOINT_URL_FIREHOSE ?? localEndpoint,
      credentials: { accessKeyId: "local", secretAccessKey: "local" },
    }),
  });
}

/** Sends the failed records again and says what came of them. Exit code 1 unless all of them are settled. */
export async function runReplay(
  deployment: Deployment,
  objects: ErrorObjects,
  filter: RecordFilter,
  flags: ReplayFlags,
): Promise<void> {
  const repair = await loadRepair(flags.map);
  const ledger = ReplayLedger.open(ledgerPath(deployment, flags));
  const status = showStatus(process.stderr);
  const interruption = new Interruption();
  try {
    const dryRun = flags.dryRun === true;
    if (flags.inDoubt === "done" && !dryRun) ledger.assumeSent();
    const client = await firehoseClient(deployment, flags.local === true);
    const result = await replay({
      objects,
      filter,
      ledger,
      put: putRecords(client, deployment.names.deliveryStream, deployment.region),
      repair,
      inDoubt: flags.inDoubt === "resend" ? "resend" : "hold",
      again: flags.again === true,
      dryRun,
      now: Date.now,
      sleep: wait,
      isStopped: () => interruption.requested,
      onProgress: ({ sent, read }) => {
        if (process.stderr.isTTY)
          status.update(
            `${sent.toLocaleString("en-US")} of ${read.toLocaleString("en-US")} read so far were sent`,
          );
      },
    });
    status.clear();
    const archived =
      flags.archive && !dryRun && !interruption.requested ? await archive(objects, result) : [];
    if (flags.json) {
      const answer = {
        counts: result.counts,
        examples: result.examples,
        failure: result.failure?.message ?? null,
        stopped: result.stopped,
        archived,
      };
      process.stdout.write(`${JSON.stringify({ dryRun, ledger: ledger.path, ...answer }, undefined, 2)}\n`);
    } else {
      process.stdout.write(replayReport(result, dryRun));
      if (flags.archive) process.stdout.write(`${archived.length} of the objects moved to the archive\n`);
      process.stdout.write(`Ledger: ${ledger.path}\n`);
    }
    if (flags.local && result.failure instanceof AwsCallError && result.failure.kind === "network") {
      process.stderr.write("The local Firehose does not listen: start it with npm run serve.\n");
    }
    if (!isSettled(result)) process.exitCode = result.failure?.exitCode ?? 1;
  } finally {
    interruption.close();
    ledger.close();
  }
}

async function archive(objects: ErrorObjects, { settled }: ReplayResult): Promise<string[]> {
  const archived: string[] = [];
  for (const object of settled) archived.push(await objects.archive(object));
  return archived;
}

import { settings } from "../../pipeline/settings";
import type { PipelineActivity } from "./metrics";

/** The way of the data, in order. */
export const stageTitles = {
  stream: "Delivery stream",
  generator: "Generator invoked",
  incoming: "Records in",
  delivered: "Rows delivered",
  failures: "Failed rows",
  "error-bucket": "Error bucket",
  rows: "Rows in the table",
} as const;

export type StageId = keyof typeof stageTitles;

/** `waiting`: not yet, and it may come. `blocked`: comes after a stage that failed. */
export interface Stage {
  readonly id: StageId;
  readonly status: "pass" | "fail" | "waiting" | "blocked";
  readonly detail: string;
  /** What to do next; empty when all is well. */
  readonly next: readonly string[];
}

/** What was seen of a deployment at one moment. */
export interface Observation {
  /** Of DescribeDeliveryStream: `ACTIVE`, `CREATING`, `CREATING_FAILED` ... */
  readonly streamStatus: string;
  readonly activity: PipelineActivity;
  readonly activityMinutes: number;
  readonly errorObjects: { readonly count: number; readonly more: boolean };
  /** Undefined until the stages before it have passed. */
  readonly table?: { readonly rows: number; readonly newestMs: number } | { readonly problem: string };
  /** When the observation was made, milliseconds since the epoch. */
  readonly now: number;
  readonly generatorEnabled: boolean;
}

const count = (value: number, unit: string) =>
  `${value.toLocaleString("en-US")} ${unit}${value === 1 ? "" : "s"}`;

/** Stages that tell of lost records. They hold nothing up. */
const besideTheWay: ReadonlySet<StageId> = new Set(["failures", "error-bucket"]);

/** Judges each stage. Those after one that failed are blocked; while data is on its way they wait. */
export function judge(observation: Observation): Stage[] {
  const stages: Stage[] = [];
  for (const id of Object.keys(stageTitles) as StageId[]) {
    const earlier = stages.find(({ id: before, status }) => status !== "pass" && !besideTheWay.has(before));
    if (earlier && !besideTheWay.has(id)) {
      const detail = `comes after: ${stageTitles[earlier.id].toLowerCase()}`;
      stages.push({ id, detail, next: [], status: earlier.status === "waiting" ? "waiting" : "blocked" });
    } else stages.push({ id, ...judges[id](observation) });
  }
  return stages;
}

type Verdict = Omit<Stage, "id">;

const pass = (detail: string): Verdict => ({ status: "pass", detail, next: [] });
const fail = (detail: string, ...next: string[]): Verdict => ({ status: "fail", detail, next });
const waiting = (detail: string, ...next: string[]): Verdict => ({ status: "waiting", detail, next });

const judges: Readonly<Record<StageId, (observation: Observation) => Verdict>> = {
  stream: ({ streamStatus }) => {
    if (streamStatus === "ACTIVE") return pass("active");
    if (streamStatus === "CREATING") return waiting("being created");
    return fail(`its status is ${streamStatus}`, "Look at it in the Firehose console, then npm run deploy.");
  },

  generator: ({ activity: { invocations, errors }, activityMinutes, generatorEnabled }) => {
    const seen = `${count(invocations, "invocation")} in ${activityMinutes} min, ${errors} failed`;
    if (errors > 0 && errors >= invocations) {
      return fail(seen, "Read its log: aws logs tail /aws/lambda/STACK-data-generator --since 15m");
    }
    if (invocations > 0) return pass(seen);
    if (!generatorEnabled) {
      return pass("paused (generator_enabled = false): records have to come from producers of your own");
    }
    return waiting(
      "no invocation yet",
      "The schedule runs every minute. If it stays so: aws events describe-rule --name STACK-every-minute must say ENABLED.",
    );
  },

  incoming: ({ activity: { incomingRecords } }) =>
    incomingRecords > 0
      ? pass(count(incomingRecords, "record"))
      : waiting(
          "none yet",
          "CloudWatch shows them a minute or two after they were sent. If it stays so, read the generator's log: aws logs tail /aws/lambda/STACK-data-generator --since 15m",
        ),

  delivered: ({ activity: { deliveredRows } }) =>
    deliveredRows > 0
      ? pass(count(deliveredRows, "row"))
      : waiting(
          `none yet: the first buffer closes after ${settings.deliveryStream.bufferingIntervalSeconds} s or ${settings.deliveryStream.bufferingSizeMib} MiB`,
          "If it stays so, Firehose says why: aws logs tail /aws/kinesisfirehose/STACK --since 30m",
        ),

  failures: ({ activity: { failedRows } }) =>
    failedRows === 0
      ? pass("none")
      : fail(
          `${count(failedRows, "row")} refused`,
          "npm run errors shows why, with an example of each kind.",
          "Firehose's log says more: aws logs tail /aws/kinesisfirehose/STACK --since 30m",
        ),

  "error-bucket": ({ errorObjects: { count: objects, more } }) =>
    objects === 0
      ? pass("empty")
      : fail(
          `${count(objects, "object")}${more ? " or more" : ""} with failed records`,
          "npm run errors shows them, npm run errors -- --replay --archive sends them again and moves them away.",
        ),

  rows: ({ table, now }) => {
    if (table === undefined) return waiting("not asked yet");
    if ("problem" in table) {
      const [problem = "", ...more] = table.problem.split("\n");
      return fail(problem, ...more);
    }
    if (table.rows === 0) {
      return waiting("none yet, though Firehose delivered some", "A commit takes some seconds to show up.");
    }
    const ageSeconds = Math.max(0, Math.round((now - table.newestMs) / 1000));
    const newest = `the newest ${new Date(table.newestMs).toISOString()}, ${ageSeconds} s ago`;
    const { freshnessSeconds } = settings.alarms;
    if (ageSeconds <= freshnessSeconds) return pass(`${count(table.rows, "row")}, ${newest}`);
    return waiting(
      `${count(table.rows, "row")}, but ${newest}`,
      `Rows should be younger than ${freshnessSeconds / 60} min. Look at DataFreshness on the dashboard.`,
    );
  },
};

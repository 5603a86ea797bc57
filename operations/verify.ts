import { setTimeout as wait } from "node:timers/promises";
import { Option } from "commander";
import { createCommand, runCommand } from "../local/cli/command";
import { wholeNumber } from "../local/cli/options";
import { findDeployment, type Deployment, type DeploymentFlags } from "./deployment/deployment-settings";
import { inkFor } from "./shell/ink";
import { Interruption } from "./shell/interruption";
import { markedLine, type Mark } from "./shell/marks";
import { athenaOptions, type AthenaFlags } from "./athena/options";
import { deployedStackOption, jsonOption, regionOption } from "./shell/options";
import { showStatus } from "./shell/status-line";
import { stageTitles, type Stage } from "./verify/stages";

interface VerifyOptions extends DeploymentFlags, AthenaFlags {
  readonly timeout: number;
  readonly interval: number;
  readonly once?: true;
  readonly json?: true;
}

const marks: Readonly<Record<Stage["status"], Mark>> = {
  pass: "good",
  fail: "bad",
  waiting: "open",
  blocked: "none",
};

const command = createCommand(
  "npm run verify --",
  "Follow the data of a deployment from the generator to rows in the table, until they are there or something is wrong.",
)
  .addOption(
    new Option("--timeout <seconds>", "how long to wait for the first rows")
      .default(720)
      .argParser(wholeNumber(1, 86_400)),
  )
  .addOption(
    new Option("--interval <seconds>", "from one look to the next")
      .default(15)
      .argParser(wholeNumber(1, 3600)),
  )
  .option("--once", "look once and do not wait")
  .addOption(deployedStackOption())
  .addOption(regionOption())
  .addOption(jsonOption())
  .action(async (options: VerifyOptions) => {
    const deployment = findDeployment(options, "deployed");
    const { names, region, source } = deployment;
    const print = (text: string) => (options.json ? process.stderr : process.stdout).write(`${text}\n`);
    print(`Stack ${names.stack} in ${region} (from: ${source})`);
    const stages = await followDeployment(deployment, options);

    const ink = inkFor(process.stdout);
    const ownNames = (text: string) => text.replaceAll("STACK", names.stack);
    for (const { id, status, detail, next } of stages) {
      print(markedLine(marks[status], stageTitles[id], detail, next.map(ownNames), ink));
    }
    const works = stages.every(({ status }) => status === "pass");
    print(`\n${verdict(stages, names.athenaTable)}`);
    if (options.json) {
      const answer = {
        works,
        stackName: names.stack,
        region,
        stages: stages.map((stage) => ({ ...stage, next: stage.next.map(ownNames) })),
      };
      process.stdout.write(`${JSON.stringify(answer, undefined, 2)}\n`);
    }
    if (!works) process.exitCode = 1;
  })
  .addHelpText(
    "after",
    `
Exit code 0: the data arrives. 1: it does not, or not yet.

Examples:
  npm run verify
  npm run --silent verify -- --once --json
  npm run verify -- --output-location s3://my-athena-results/`,
  );
for (const option of athenaOptions()) command.addOption(option);

async function followDeployment(deployment: Deployment, options: VerifyOptions): Promise<readonly Stage[]> {
  const [{ Observer }, { follow }] = await Promise.all([
    import("./verify/observe.js"),
    import("./verify/follow.js"),
  ]);
  const observer = await Observer.open(deployment, {
    workgroup: options.workgroup,
    ...(options.outputLocation !== undefined && { outputLocation: options.outputLocation }),
  });
  const status = showStatus(process.stderr);
  const interruption = new Interruption();
  try {
    return await follow({
      observe: (now) => observer.observe(now),
      now: Date.now,
      sleep: (milliseconds) =>
        wait(milliseconds, undefined, { signal: interruption.signal }).catch(() => undefined),
      timeoutMs: options.once ? 0 : options.timeout * 1000,
      intervalMs: options.interval * 1000,
      isStopped: () => interruption.requested,
      onLook: (stages, elapsedMs) => {
        if (!options.once) status.update(progress(stages, elapsedMs));
      },
    });
  } finally {
    status.clear();
    interruption.close();
  }
}

/** Elsewhere than on a terminal the time would make every line a new one. */
function progress(stages: readonly Stage[], elapsedMs: number): string {
  const current = stages.find(({ status }) => status !== "pass");
  const passed = stages.filter(({ status }) => status === "pass").length;
  const elapsed = process.stderr.isTTY ? `  ${Math.round(elapsedMs / 1000)} s` : "";
  return `${passed} of ${stages.length} stages${elapsed}${current ? `  ${stageTitles[current.id]}: ${current.detail}` : ""}`;
}

function verdict(stages: readonly Stage[], table: string): string {
  const failed = stages.find(({ status }) => status === "fail");
  if (failed)
    return `Something is wrong: ${stageTitles[failed.id].toLowerCase()}. docs/runbook.md goes on from there.`;
  const waiting = stages.find(({ status }) => status === "waiting");
  if (waiting) {
    return `Not there yet: ${stageTitles[waiting.id].toLowerCase()}. Run this again in some minutes; docs/runbook.md says what to look at if it stays so.`;
  }
  return `The data arrives in ${table}. Ask it: npm run query -- --athena average-temperature-by-location`;
}

void runCommand(command, process.argv.slice(2));

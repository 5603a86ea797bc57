import { createCommand, runCommand } from "../local/cli/command";
import { UsageError, UserError } from "../local/cli/user-error";
import { findDeployment, type Deployment, type DeploymentFlags } from "./deployment/deployment-settings";
import { canDeploy, type CheckStatus, type NamedResult } from "./prerequisites/check";
import { confirm } from "./shell/confirm";
import { inkFor } from "./shell/ink";
import { markedLine, type Mark } from "./shell/marks";
import { deployedStackOption, jsonOption, regionOption } from "./shell/options";

interface PrerequisitesOptions extends DeploymentFlags {
  readonly fix?: true;
  readonly yes?: true;
  readonly json?: true;
}

const marks: Readonly<Record<CheckStatus, Mark>> = {
  pass: "good",
  fail: "bad",
  unknown: "bad",
  unverified: "open",
  skipped: "none",
};

const command = createCommand(
  "npm run prerequisites --",
  "Check everything that a deploy needs. Changes nothing, unless --fix is given.",
)
  .option(
    "--fix",
    "offer to create the S3 Tables integration and to add this identity as Lake Formation administrator",
  )
  .option("--yes", "with --fix: do it without asking")
  .addOption(deployedStackOption())
  .addOption(regionOption())
  .addOption(jsonOption())
  .action(async (options: PrerequisitesOptions) => {
    if (options.yes && !options.fix) throw new UsageError("--yes goes with --fix.");
    const deployment = findDeployment(options, "next-deploy");
    const print = (text: string) => (options.json ? process.stderr : process.stdout).write(`${text}\n`);
    print(`Stack ${deployment.names.stack} in ${deployment.region} (from: ${deployment.source})`);
    let results = await check(deployment, print);
    if (options.fix && (await repair(results, options.yes === true, print))) {
      print("\nChecking again");
      results = await check(deployment, print);
    }
    const ready = canDeploy(results);
    print(`\n${verdict(results)}`);
    if (options.json) {
      const answer = {
        ready,
        stackName: deployment.names.stack,
        region: deployment.region,
        checks: results.map(({ id, title, status, detail, fix }) => ({ id, title, status, detail, fix })),
      };
      process.stdout.write(`${JSON.stringify(answer, undefined, 2)}\n`);
    }
    if (!ready) process.exitCode = 1;
  })
  .addHelpText(
    "after",
    `
Exit code 0: a deploy can succeed. 1: something is missing, or could not be found out.

Examples:
  npm run prerequisites
  npm run --silent prerequisites -- --region eu-west-1 --json
  npm run prerequisites -- --fix`,
  );

type Print = (text: string) => void;

async function check(deployment: Deployment, print: Print): Promise<NamedResult[]> {
  const { runChecks } = await import("./prerequisites/run-checks.js");
  const ink = inkFor(process.stdout);
  const results: NamedResult[] = [];
  for await (const result of runChecks(deployment, process.cwd())) {
    results.push(result);
    print(markedLine(marks[result.status], result.title, result.detail, result.fix, ink));
  }
  return results;
}

/** @returns whether anything was changed */
async function repair(results: readonly NamedResult[], yes: boolean, print: Print): Promise<boolean> {
  let changed = false;
  for (const { title, repair: offered } of results) {
    if (!offered) continue;
    print("");
    if (!(await confirm(offered.question, yes))) {
      print(`${title}: left as it is.`);
      continue;
    }
    try {
      print(`${title}: ${await offered.apply()}.`);
      changed = true;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      print(`${title}: not mended. ${error.message}`);
    }
  }
  if (!changed) print("\n--fix changed nothing.");
  return changed;
}

function verdict(results: readonly NamedResult[]): string {
  const count = (status: CheckStatus) => results.filter((result) => result.status === status).length;
  const failed = count("fail") + count("unknown");
  const open = count("unverified");
  if (failed > 0)
    return `Not ready: ${failed} of ${results.length} checks did not pass. See the arrows above.`;
  const rest = open > 0 ? ` ${open} could not be checked; deploy will tell.` : "";
  return `Ready: npm run deploy.${rest}`;
}

void runCommand(command, process.argv.slice(2));

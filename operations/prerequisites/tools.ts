import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { readJsonSettings } from "../deployment/settings-file";
import { toolVersions } from "../../pipeline/tool-versions";
import { fail, pass, skipped, type CheckResult } from "./check";

const run = promisify(execFile);

export interface Version {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
}

export function readVersion(text: string): Version | undefined {
  const [, major, minor, patch = "0"] = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(text) ?? [];
  if (major === undefined || minor === undefined) return undefined;
  return { major: Number(major), minor: Number(minor), patch: Number(patch) };
}

/** Whether a version is at least another; 3.0 is newer than 2.27. */
export function isAtLeast(version: Version, least: string): boolean {
  const { major = 0, minor = 0, patch = 0 } = readVersion(least) ?? {};
  const difference = version.major - major || version.minor - minor || version.patch - patch;
  return difference >= 0;
}

const shown = ({ major, minor, patch }: Version) => `${major}.${minor}.${patch}`;

/** What a tool prints about itself; undefined when it is not on PATH or does not run. */
async function output(
  tool: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  try {
    const { stdout, stderr } = await run(tool, args, {
      timeout: 30_000,
      env: environment,
      windowsHide: true,
    });
    return stdout.trim() || stderr.trim();
  } catch {
    return undefined;
  }
}

const installAwsCli =
  `Install AWS CLI ${toolVersions.awsCliRecommended} or newer: ` +
  "https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html";

/** `aws --version` prints `aws-cli/2.27.41 Python/3.13.3 Linux/6.1 ...`; version 1 did so on stderr once. */
export function judgeAwsCli(text: string | undefined): CheckResult {
  if (text === undefined)
    return fail("aws is not on PATH; the Lake Formation grants need it.", installAwsCli);
  const version = readVersion(/aws-cli\/(\S+)/.exec(text)?.[1] ?? "");
  if (!version)
    return fail(`aws --version says "${text.split("\n")[0] ?? ""}", which is no version.`, installAwsCli);
  const least = version.major === 1 ? toolVersions.awsCliAtLeast.v1 : toolVersions.awsCliAtLeast.v2;
  if (version.major < 1 || !isAtLeast(version, least)) {
    return fail(
      `${shown(version)} is too old to know S3 Tables catalogs (it takes ${least}).`,
      installAwsCli,
    );
  }
  if (version.major === 2 && !isAtLeast(version, toolVersions.awsCliRecommended)) {
    return { ...pass(`${shown(version)}, enough, but old.`), fix: [installAwsCli] };
  }
  return pass(shown(version));
}

export async function checkAwsCli(needed: boolean, environment = process.env): Promise<CheckResult> {
  if (!needed) return skipped("Not needed: lake_formation_grants = false.");
  return judgeAwsCli(await output("aws", ["--version"], environment));
}

/** `terraform version -json`, and tofu's, give `{"terraform_version": "1.9.5", ...}`. */
export function judgeTerraform(tool: string, text: string | undefined, least: string): CheckResult {
  const install =
    `Install Terraform ${least} or newer (https://developer.hashicorp.com/terraform/install), ` +
    "or OpenTofu, and set TERRAFORM_BINARY_NAME=tofu.";
  if (text === undefined) return fail(`${tool} is not on PATH, or does not run.`, install);
  const version = readVersion(/"terraform_version":\s*"([^"]+)"/.exec(text)?.[1] ?? text);
  if (!version)
    return fail(`${tool} version says "${text.split("\n")[0] ?? ""}", which is no version.`, install);
  if (!isAtLeast(version, least))
    return fail(`${tool} ${shown(version)} is too old: it takes ${least}.`, install);
  return pass(`${tool} ${shown(version)}`);
}

/** The binary that cdktf runs: TERRAFORM_BINARY_NAME, or terraform. */
export async function checkTerraform(directory: string, environment = process.env): Promise<CheckResult> {
  const chosen = environment.TERRAFORM_BINARY_NAME;
  const tool = chosen ?? "terraform";
  const least = hasStateBucket(directory) ? toolVersions.terraformWithStateBucket : toolVersions.terraform;
  const args = ["version", "-json"];
  const result = judgeTerraform(tool, await output(tool, args, environment), least);
  if (result.status === "pass" || chosen !== undefined) return result;
  const tofu = judgeTerraform("tofu", await output("tofu", args, environment), least);
  return tofu.status === "pass"
    ? fail(result.detail, "OpenTofu is here: set TERRAFORM_BINARY_NAME=tofu.")
    : result;
}

function hasStateBucket(directory: string): boolean {
  const path = join(directory, "cdktf.json");
  if (!existsSync(path)) return false;
  const { context } = readJsonSettings(path, "cdktf.json") as { context?: { stateBucket?: unknown } | null };
  return typeof context?.stateBucket === "string" && context.stateBucket !== "";
}

/**
 * `npm run test:terraform`: the synthesized stack through real Terraform (or OpenTofu: TERRAFORM_BINARY_NAME=tofu) with mocked
 * providers. Skipped, with the reason, where there is no terraform or the providers can't be had.
 */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

const project = join(__dirname, "..", "..");
const terraform = process.env.TERRAFORM_BINARY_NAME ?? "terraform";
const directory = mkdtempSync(join(tmpdir(), "terraform-test-"));
const stack = join(directory, "stacks", "streaming-analytics");
const awsLog = join(directory, "aws.log");

/** Nothing of the user's credentials may reach a provisioner: local-exec runs for real under mocks too. */
const environment: NodeJS.ProcessEnv = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("AWS_"))),
  AWS_LOG: awsLog,
  AWS_CONFIG_FILE: "/dev/null",
  AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
  AWS_EC2_METADATA_DISABLED: "true",
  CHECKPOINT_DISABLE: "1",
  CDKTF_OUTDIR: directory,
  PATH: [directory, process.env.PATH].join(delimiter),
};

class Skipped extends Error {}

function run(command: string, args: readonly string[], cwd: string): { ok: boolean; output: string } {
  const result = spawnSync(command, args, { cwd, env: environment, encoding: "utf8" });
  if (result.error) throw new Skipped(`${command} cannot be run (${result.error.message})`);
  return { ok: result.status === 0, output: result.stdout + result.stderr };
}

function must(step: string, { ok, output }: { ok: boolean; output: string }): string {
  if (!ok) throw new Error(`${step} failed:\n${output}`);
  console.log(`${step}: ok`);
  return output;
}

function writeStandInForAws(): void {
  const aws = join(directory, "aws");
  writeFileSync(aws, '#!/bin/sh\necho "$2" >>"$AWS_LOG"\n');
  chmodSync(aws, 0o755);
}

function checkGrants(): void {
  const calls = existsSync(awsLog) ? readFileSync(awsLog, "utf8").trim().split("\n") : [];
  const expected = [
    ...Array<string>(3).fill("grant-permissions"),
    ...Array<string>(3).fill("revoke-permissions"),
  ];
  if (calls.join() !== expected.join()) {
    throw new Error(
      `expected three grants at apply and three revocations at destroy, saw: ${calls.join(", ") || "none"}`,
    );
  }
  console.log("grants at apply, revocations at destroy: ok");
}

function testStack(): void {
  must(`${terraform} version`, run(terraform, ["version"], directory));
  must("synthesis", run(process.execPath, ["--import", "tsx", "main.ts"], project));
  writeStandInForAws();
  copyFileSync(
    join(__dirname, "streaming-analytics.tftest.hcl"),
    join(stack, "streaming-analytics.tftest.hcl"),
  );
  const init = run(terraform, ["init", "-backend=false", "-no-color"], stack);
  const unavailable =
    /Error: Failed to (?:query available provider packages|install provider)\s+([^]*?)\n\n/.exec(init.output);
  if (unavailable) throw new Skipped(`the providers can't be had. ${unavailable[1]?.replace(/\s+/g, " ")}`);
  must("init", init);
  must("validate", run(terraform, ["validate", "-no-color"], stack));
  console.log(must("test", run(terraform, ["test", "-no-color"], stack)).trim());
  checkGrants();
}

try {
  testStack();
} catch (error) {
  if (error instanceof Skipped) {
    console.log(`test:terraform skipped: ${error.message}`);
  } else {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}

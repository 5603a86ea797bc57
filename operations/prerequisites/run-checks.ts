import { AwsCallError } from "../aws/aws-error";
import type { Deployment } from "../deployment/deployment-settings";
import { checkAdministrator } from "./administrators";
import { fail, pass, skipped, type CheckResult, type NamedResult } from "./check";
import { callerIdentity, type Identity } from "./identity";
import { checkIntegration, type AccessMode } from "./integration";
import { checkErrorBucket, checkTableBucket } from "./names-free";
import { checkPermissions } from "./permissions";
import { checkRegion } from "./region";
import { checkAwsCli, checkTerraform } from "./tools";

/** Ids, in the order in which they are shown, and titles. */
const titles = {
  credentials: "Credentials",
  region: "Region",
  "aws-cli": "AWS CLI",
  terraform: "Terraform",
  integration: "S3 Tables integration",
  administrator: "Lake Formation administrator",
  permissions: "IAM permissions",
  "error-bucket": "Error bucket's name",
  "table-bucket": "Table bucket's name",
} as const;

type CheckId = keyof typeof titles;

async function checkCredentials(
  region: string,
): Promise<{ readonly result: CheckResult; readonly identity?: Identity }> {
  try {
    const identity = await callerIdentity(region);
    return { identity, result: pass(`Account ${identity.account}, ${identity.arn}`) };
  } catch (error) {
    if (!(error instanceof AwsCallError)) throw error;
    return { result: fail(error.happened, error.whatToDo) };
  }
}

function checkMode(
  region: string,
  identity: Identity,
  mode: AccessMode | undefined,
): Promise<CheckResult> | CheckResult {
  if (mode === "Lake Formation") return checkAdministrator(region, identity);
  return skipped(mode === "IAM" ? "Not needed in IAM mode." : "Comes after the integration.");
}

/** Makes every check, as many at once as do not wait for each other. Reads only. */
export async function* runChecks(deployment: Deployment, directory: string): AsyncGenerator<NamedResult> {
  const { region, variables } = deployment;
  const tools = {
    "aws-cli": checkAwsCli(variables.lakeFormationGrants),
    terraform: checkTerraform(directory),
  };
  const { result: credentials, identity } = await checkCredentials(region);
  const named = (id: CheckId, result: CheckResult): NamedResult => ({ id, title: titles[id], ...result });
  if (!identity) {
    const pending = skipped("Not checked: no credentials.");
    yield named("credentials", credentials);
    yield named("region", pending);
    yield named("aws-cli", await tools["aws-cli"]);
    yield named("terraform", await tools.terraform);
    for (const id of [
      "integration",
      "administrator",
      "permissions",
      "error-bucket",
      "table-bucket",
    ] as const) {
      yield named(id, pending);
    }
    return;
  }
  const integration = checkIntegration(deployment, identity);
  const checks: readonly (readonly [CheckId, Promise<CheckResult>])[] = [
    ["credentials", Promise.resolve(credentials)],
    ["region", checkRegion(region)],
    ["aws-cli", tools["aws-cli"]],
    ["terraform", tools.terraform],
    ["integration", integration.then(({ result }) => result)],
    ["administrator", integration.then(({ mode }) => checkMode(region, identity, mode))],
    ["permissions", checkPermissions(deployment, identity)],
    ["error-bucket", checkErrorBucket(deployment)],
    ["table-bucket", checkTableBucket(deployment, identity)],
  ];
  // All are under way: one that fails before its turn must not end the process.
  for (const [, result] of checks) result.catch(() => undefined);
  for (const [id, result] of checks) yield named(id, await result);
}

import type { EvaluationResult, IAMClient } from "@aws-sdk/client-iam";
import { AwsCallError, callAws } from "../aws/aws-error";
import { clientSettings } from "../aws/clients";
import type { Deployment } from "../deployment/deployment-settings";
import { fail, pass, type CheckResult } from "./check";
import { deployPermissions, type NeededPermission } from "./deploy-permissions";
import { principalArn, type Identity } from "./identity";

interface Denied {
  readonly action: string;
  readonly resource: string;
  /** Whether the answer hangs on a condition whose value the simulation does not know. */
  readonly conditional: boolean;
}

/** May this identity do what deploy does? By simulation, which needs iam:SimulatePrincipalPolicy. */
export async function checkPermissions(deployment: Deployment, identity: Identity): Promise<CheckResult> {
  if (identity.kind === "root") return pass("The root user may do everything. Better deploy with a role.");
  const { region } = deployment;
  const { IAMClient } = await import("@aws-sdk/client-iam");
  const client = new IAMClient(clientSettings(region));
  try {
    const source = await principalArn(identity, region);
    const needed = deployPermissions(deployment, identity);
    const denied: Denied[] = [];
    for (const permission of needed) denied.push(...(await simulate(client, source, permission, region)));
    return judge(denied, needed.flatMap(({ actions }) => actions).length);
  } catch (error) {
    if (!(error instanceof AwsCallError)) throw error;
    return {
      status: "unverified",
      detail: `Could not check: ${error.happened}`,
      fix: [
        "Nothing to do if you know that it may create the stack's resources; deploy will tell. " +
          error.whatToDo,
      ],
    };
  }
}

async function simulate(
  client: IAMClient,
  source: string,
  { actions, resource }: NeededPermission,
  region: string,
): Promise<Denied[]> {
  const { SimulatePrincipalPolicyCommand } = await import("@aws-sdk/client-iam");
  const denied: Denied[] = [];
  let marker: string | undefined;
  do {
    const page = await callAws({ action: "iam:SimulatePrincipalPolicy", region }, () =>
      client.send(
        new SimulatePrincipalPolicyCommand({
          PolicySourceArn: source,
          ActionNames: [...actions],
          ResourceArns: [resource],
          // Policies that allow some Regions only are common.
          ContextEntries: [
            { ContextKeyName: "aws:RequestedRegion", ContextKeyType: "string", ContextKeyValues: [region] },
          ],
          Marker: marker,
        }),
      ),
    );
    denied.push(
      ...(page.EvaluationResults ?? []).filter(isDenied).map((result) => asDenied(result, resource)),
    );
    marker = page.IsTruncated ? page.Marker : undefined;
  } while (marker !== undefined);
  return denied;
}

function isDenied({ EvalDecision }: EvaluationResult): boolean {
  return EvalDecision !== "allowed";
}

function asDenied(result: EvaluationResult, resource: string): Denied {
  const { EvalActionName: action = "", EvalDecision, MissingContextValues = [] } = result;
  return {
    action,
    resource,
    conditional: EvalDecision === "implicitDeny" && MissingContextValues.length > 0,
  };
}

function judge(denied: readonly Denied[], total: number): CheckResult {
  const refused = denied.filter(({ conditional }) => !conditional);
  if (refused.length > 0) {
    const statement = (of: string) => ({
      Effect: "Allow",
      Action: refused.filter(({ resource }) => resource === of).map(({ action }) => action),
      Resource: of,
    });
    return fail(
      `${refused.length} of ${total} permissions are missing.`,
      "Ask for a policy with these statements:",
      ...new Set(refused.map(({ resource }) => JSON.stringify(statement(resource)))),
    );
  }
  if (denied.length > 0) {
    return {
      status: "unverified",
      detail: `${total - denied.length} of ${total} permissions are there; ${denied.length} hang on conditions of the policies.`,
      fix: [denied.map(({ action }) => action).join(", ")],
    };
  }
  return pass(`All ${total} permissions are there, by simulation.`);
}

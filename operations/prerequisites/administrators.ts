import type { DataLakeSettings, LakeFormationClient } from "@aws-sdk/client-lakeformation";
import { UserError } from "../../local/cli/user-error";
import { AwsCallError, callAws } from "../aws/aws-error";
import { clientSettings } from "../aws/clients";
import { fail, pass, unknown, type CheckResult } from "./check";
import { isPrincipal, principalArn, type Identity } from "./identity";

/** Is this identity an administrator of the data lake, who may grant the delivery role its permissions? */
export async function checkAdministrator(region: string, identity: Identity): Promise<CheckResult> {
  if (identity.kind === "root" || identity.kind === "federated-user") {
    return fail(
      `${identity.arn} cannot be a Lake Formation administrator: only IAM users and roles can.`,
      "Deploy with an IAM role or user (AWS_PROFILE).",
    );
  }
  const { LakeFormationClient } = await import("@aws-sdk/client-lakeformation");
  const lakeFormation = new LakeFormationClient(clientSettings(region));
  try {
    const administrators = administratorsOf(await readSettings(lakeFormation, region));
    const count = administrators.length;
    if (administrators.some((arn) => isPrincipal(arn, identity))) {
      return pass(`${identity.kind} ${identity.name} is one of the administrators (${count} in all).`);
    }
    return {
      ...fail(
        `${identity.kind} ${identity.name} is no administrator of Lake Formation in ${region} (there are ${count}).`,
        "npm run prerequisites -- --fix adds it and keeps all others,",
        `or: Lake Formation console (${region}), Administrative roles and tasks, Data lake administrators, Add.`,
        "Never run put-data-lake-settings with a bare list: it removes everybody else.",
      ),
      repair: {
        question: `Add ${identity.kind} ${identity.name} to the Lake Formation administrators of account ${identity.account} in ${region}, beside the ${count} that there are?`,
        apply: () => addAdministrator(lakeFormation, region, identity),
      },
    };
  } catch (error) {
    if (!(error instanceof AwsCallError)) throw error;
    return unknown(error.happened, error.whatToDo);
  }
}

async function readSettings(client: LakeFormationClient, region: string): Promise<DataLakeSettings> {
  const { GetDataLakeSettingsCommand } = await import("@aws-sdk/client-lakeformation");
  const { DataLakeSettings: settings } = await callAws(
    { action: "lakeformation:GetDataLakeSettings", region },
    () => client.send(new GetDataLakeSettingsCommand({})),
  );
  if (!settings) throw new UserError("Lake Formation answered without its settings; nothing was changed.");
  return settings;
}

function administratorsOf({ DataLakeAdmins = [] }: DataLakeSettings): string[] {
  return DataLakeAdmins.flatMap(({ DataLakePrincipalIdentifier: arn }) => (arn === undefined ? [] : [arn]));
}

/**
 * PutDataLakeSettings replaces everything, so what is there is read at the last moment, written back with one
 * administrator more, and read again to see that nobody was lost.
 */
async function addAdministrator(
  client: LakeFormationClient,
  region: string,
  identity: Identity,
): Promise<string> {
  const { PutDataLakeSettingsCommand } = await import("@aws-sdk/client-lakeformation");
  const arn = await principalArn(identity, region);
  const settings = await readSettings(client, region);
  const before = administratorsOf(settings);
  if (before.some((administrator) => isPrincipal(administrator, identity)))
    return `${arn} is an administrator already`;
  await callAws({ action: "lakeformation:PutDataLakeSettings", region }, () =>
    client.send(
      new PutDataLakeSettingsCommand({
        DataLakeSettings: {
          ...settings,
          DataLakeAdmins: [...(settings.DataLakeAdmins ?? []), { DataLakePrincipalIdentifier: arn }],
        },
      }),
    ),
  );
  const after = administratorsOf(await readSettings(client, region));
  const lost = before.filter((administrator) => !after.includes(administrator));
  if (lost.length > 0) {
    throw new UserError(
      `Somebody else changed the Lake Formation administrators at the same moment. Missing now: ${lost.join(", ")}. ` +
        "Add them again in the Lake Formation console.",
    );
  }
  return `added ${arn}; everybody who was there before still is (${before.length})`;
}

import type { GlueClient } from "@aws-sdk/client-glue";
import type { Deployment } from "../deployment/deployment-settings";
import { AwsCallError, callAws } from "../aws/aws-error";
import { clientSettings } from "../aws/clients";
import { fail, pass, unknown, type CheckResult } from "./check";
import type { Identity } from "./identity";

/** The federated catalog that the integration makes, one for each account and Region. */
const federatedCatalog = "s3tablescatalog";

/** Who decides on access to the tables: IAM policies, or grants of Lake Formation. */
export type AccessMode = "IAM" | "Lake Formation";

const anyIamPrincipal = { DataLakePrincipalIdentifier: "IAM_ALLOWED_PRINCIPALS" };

/**
 * The mode of an integrated account. A catalog whose new tables are open to what IAM allows is in IAM mode; one that
 * gives new tables no permissions leaves it to Lake Formation.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-tables-integrating-aws.html
 */
export async function accessMode(glue: GlueClient, region: string): Promise<AccessMode | undefined> {
  const { GetCatalogCommand } = await import("@aws-sdk/client-glue");
  try {
    const { Catalog } = await callAws({ action: "glue:GetCatalog", region, resource: federatedCatalog }, () =>
      glue.send(new GetCatalogCommand({ CatalogId: federatedCatalog })),
    );
    const isOpen = (Catalog?.CreateTableDefaultPermissions ?? []).some(
      ({ Principal }) =>
        Principal?.DataLakePrincipalIdentifier === anyIamPrincipal.DataLakePrincipalIdentifier,
    );
    return isOpen ? "IAM" : "Lake Formation";
  } catch (error) {
    if (error instanceof AwsCallError && error.kind === "not-found") return undefined;
    throw error;
  }
}

/** Is S3 Tables integrated with the analytics services here, and does lake_formation_grants fit its access mode? */
export async function checkIntegration(
  { region, variables }: Deployment,
  identity: Identity,
): Promise<{ readonly result: CheckResult; readonly mode?: AccessMode }> {
  const { GlueClient } = await import("@aws-sdk/client-glue");
  const glue = new GlueClient(clientSettings(region));
  let mode: AccessMode | undefined;
  try {
    mode = await accessMode(glue, region);
  } catch (error) {
    if (!(error instanceof AwsCallError)) throw error;
    return { result: unknown(error.happened, error.whatToDo) };
  }
  if (mode === undefined) {
    const result = fail(
      `S3 Tables is not integrated with the analytics services in ${region}.`,
      "npm run prerequisites -- --fix creates the integration in IAM mode,",
      `or: S3 console (${region}), Table buckets, Enable integration.`,
    );
    return {
      result: {
        ...result,
        repair: {
          question: `Create the S3 Tables integration of account ${identity.account} in ${region}, in IAM mode? It is shared by all table buckets there.`,
          apply: () => createIntegration(glue, region, identity),
        },
      },
    };
  }
  const grants = mode === "Lake Formation";
  if (grants !== variables.lakeFormationGrants) {
    return {
      mode,
      result: fail(
        `Integrated, in ${mode} mode, but lake_formation_grants is ${variables.lakeFormationGrants}.`,
        `In terraform.tfvars, set lake_formation_grants = ${grants}`,
      ),
    };
  }
  return { mode, result: pass(`Integrated, in ${mode} mode; lake_formation_grants = ${grants} fits.`) };
}

async function createIntegration(
  glue: GlueClient,
  region: string,
  { account, partition }: Identity,
): Promise<string> {
  const { CreateCatalogCommand } = await import("@aws-sdk/client-glue");
  const openToIam = [{ Principal: anyIamPrincipal, Permissions: ["ALL" as const] }];
  await callAws({ action: "glue:CreateCatalog", region, resource: federatedCatalog }, () =>
    glue.send(
      new CreateCatalogCommand({
        Name: federatedCatalog,
        CatalogInput: {
          FederatedCatalog: {
            Identifier: `arn:${partition}:s3tables:${region}:${account}:bucket/*`,
            ConnectionName: "aws:s3tables",
          },
          CreateDatabaseDefaultPermissions: openToIam,
          CreateTableDefaultPermissions: openToIam,
          AllowFullTableExternalDataAccess: "True",
        },
      }),
    ),
  );
  return `created the catalog ${federatedCatalog} in ${region}, in IAM mode`;
}

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Construct } from "constructs";
import type { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import type { S3TablesTable } from "@cdktf/provider-aws/lib/s3tables-table";
import { Resource } from "@cdktf/provider-null/lib/resource";
import { Fn, type ITerraformDependable, TerraformSelf } from "cdktf";
import { type Condition, countIf } from "./counted-resource";

export interface LakeFormationGrantsProps {
  /** False where the account's S3 Tables integration runs in IAM mode. */
  readonly enabled: Condition;
  readonly region: string;
  /** `ACCOUNT:s3tablescatalog/TABLE_BUCKET`. */
  readonly catalogId: string;
  readonly namespaceName: string;
  readonly table: S3TablesTable;
  readonly role: IamRole;
  /** What must exist before Lake Formation is asked, besides the role and the table. */
  readonly dependsOn: readonly ITerraformDependable[];
}

/** The least that Firehose's commit needs, without the grant option. */
export const databasePermissions = ["DESCRIBE"] as const;
export const tablePermissions = ["ALL", "ALTER", "DELETE", "DESCRIBE", "DROP", "INSERT"] as const;
export const columnPermissions = ["SELECT"] as const;

/** In Terraform a `${` or `%{` in a string begins an expression; doubled, it is text. */
function asTerraformText(text: string): string {
  return text.replaceAll("${", "$${").replaceAll("%{", "%%{");
}

/**
 * Lake Formation permissions of the delivery role, by the AWS CLI: `aws_lakeformation_permissions` of provider 6.25 refuses
 * catalog ids that are not twelve digits.
 *
 * The script is the interpreter's argument and the command is only the name of the action, so that Terraform's error shows
 * the script's message and not its text. Everything that varies reaches the shell through the environment, as JSON that
 * Terraform encodes, and is also a trigger: a new role, a new table or another set of permissions revokes the old grants and
 * makes new ones. Needs `sh` (on Windows: the one that comes with Git).
 */
export class LakeFormationGrants extends Construct {
  readonly grants: Resource;

  constructor(scope: Construct, id: string, props: LakeFormationGrantsProps) {
    super(scope, id);

    const { catalogId, table, namespaceName } = props;
    const document = (resource: object, permissions: readonly string[]) =>
      Fn.jsonencode({
        Principal: { DataLakePrincipalIdentifier: props.role.arn },
        Resource: resource,
        Permissions: [...permissions],
      });
    const tableResource = { CatalogId: catalogId, DatabaseName: namespaceName, Name: table.name };
    const triggers = {
      region: props.region,
      database_permissions: document(
        { Database: { CatalogId: catalogId, Name: namespaceName } },
        databasePermissions,
      ),
      table_permissions: document({ Table: tableResource }, tablePermissions),
      column_permissions: document(
        { TableWithColumns: { ...tableResource, ColumnWildcard: {} } },
        columnPermissions,
      ),
      // A role or a table that was made anew has the same name but none of the grants.
      role_id: props.role.uniqueId,
      table_arn: table.arn,
    };

    // A destroy-time provisioner may refer to the resource itself only, so both read their values from the triggers.
    const environment = Object.fromEntries(
      ["region", "database_permissions", "table_permissions", "column_permissions"].map((trigger) => [
        trigger.toUpperCase(),
        TerraformSelf.getString(`triggers.${trigger}`),
      ]),
    );
    const script = readFileSync(join(__dirname, "lake-formation-grants.sh"), "utf8");
    const interpreter = ["sh", "-c", asTerraformText(script)];

    this.grants = new Resource(this, "lake_formation_grants", {
      count: countIf(props.enabled),
      triggers,
      provisioners: [
        { type: "local-exec", command: "grant-lake-formation-permissions", interpreter, environment },
        {
          type: "local-exec",
          when: "destroy",
          command: "revoke-lake-formation-permissions",
          interpreter,
          environment,
        },
      ],
      dependsOn: [table, props.role, ...props.dependsOn],
    });
    // The bindings do not know `quiet`, without which Terraform prints the whole script before each run.
    for (const index of [0, 1]) this.grants.addOverride(`provisioner.${index}.local-exec.quiet`, true);
  }
}

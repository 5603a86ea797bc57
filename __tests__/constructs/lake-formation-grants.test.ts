import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { S3TablesTable } from "@cdktf/provider-aws/lib/s3tables-table";
import { TerraformVariable } from "cdktf";
import { LakeFormationGrants } from "../../constructs/lake-formation-grants";
import { type Json, Synthesized } from "../support/synthesized";

const synthesized = Synthesized.scope((stack) => {
  const role = new IamRole(stack, "delivery_role", { assumeRolePolicy: "{}" });
  const table = new S3TablesTable(stack, "table", {
    name: "t",
    namespace: "n",
    tableBucketArn: "b",
    format: "ICEBERG",
  });
  const enabled = new TerraformVariable(stack, "lake_formation_grants", { type: "bool" });
  new LakeFormationGrants(stack, "grants", {
    enabled: enabled.booleanValue,
    region: "us-east-1",
    catalogId: "123456789012:s3tablescatalog/my-stack",
    namespaceName: "my_stack",
    table,
    role,
    dependsOn: [],
  });
});
const grants = synthesized.resource("null_resource");
const [create, destroy] = (grants.provisioner as Json[]).map(
  (provisioner) => provisioner["local-exec"] as Json,
);

const documents = {
  DATABASE_PERMISSIONS: '{"kind":"database"}',
  TABLE_PERMISSIONS: '{"kind":"table"}',
  COLUMN_PERMISSIONS: '{"kind":"column"}',
};
const notAllowed =
  "An error occurred (AccessDeniedException) when calling the GrantPermissions operation: Insufficient Lake Formation permission(s)";
const unknownRole =
  "An error occurred (InvalidInputException) when calling the GrantPermissions operation: Invalid principal";

interface Answer {
  /** Which call fails: the n-th, from 1. */
  readonly call: number;
  readonly error: string;
}

/**
 * Runs a provisioner as Terraform does: the interpreter, its arguments and the command, values in the environment. `aws` and
 * `sleep` on PATH are stand-ins: the one writes its arguments to a file, line by line, and fails as told; the other is
 * instant and writes down how long it would have slept.
 */
class Shell {
  private readonly directory = mkdtempSync(join(tmpdir(), "grants "));

  constructor({ awsInstalled = true, failures = [] as readonly Answer[] } = {}) {
    for (const tool of ["sh", "cat"]) {
      const found = ["/bin", "/usr/bin"].map((bin) => join(bin, tool)).find((path) => existsSync(path));
      symlinkSync(found ?? tool, join(this.directory, tool));
    }
    for (const { call, error } of failures) writeFileSync(join(this.directory, `answer-${call}`), error);
    this.script("sleep", 'echo "sleep $1" >>"$LOG"');
    if (awsInstalled) {
      this.script(
        "aws",
        `for word in "$@"; do printf '%s\\n' "$word"; done >>"$LOG"
         count=$(cat "$DIRECTORY/count" 2>/dev/null || echo 0)
         count=$((count + 1))
         echo $count >"$DIRECTORY/count"
         if [ -f "$DIRECTORY/answer-$count" ]; then cat "$DIRECTORY/answer-$count" >&2; exit 254; fi`,
      );
    }
  }

  run(provisioner: Json | undefined, environment: Record<string, string> = documents) {
    const { interpreter, command } = provisioner as { interpreter: [string, ...string[]]; command: string };
    const [shell, ...args] = interpreter;
    const result = spawnSync(shell, [...args.map(afterTerraform), command], {
      cwd: this.directory,
      encoding: "utf8",
      env: {
        PATH: this.directory,
        LOG: join(this.directory, "log"),
        DIRECTORY: this.directory,
        REGION: "us-east-1",
        ...environment,
      },
    });
    return { code: result.status, output: result.stdout + result.stderr };
  }

  /** The words of every call, in order. */
  log(): string[] {
    const file = join(this.directory, "log");
    return existsSync(file) ? readFileSync(file, "utf8").trimEnd().split("\n") : [];
  }

  /** What was granted or revoked, in order. */
  calls(): string[] {
    const log = this.log();
    return log.flatMap((word, index) =>
      word.endsWith("-permissions") ? [`${word} ${log[index + 4] ?? ""}`] : [],
    );
  }

  slept(): string[] {
    return this.log().filter((line) => line.startsWith("sleep "));
  }

  has(file: string): boolean {
    return existsSync(join(this.directory, file));
  }

  remove(): void {
    rmSync(this.directory, { recursive: true });
  }

  private script(name: string, text: string): void {
    const file = join(this.directory, name);
    writeFileSync(file, `#!/bin/sh\n${text}\n`);
    chmodSync(file, 0o755);
  }
}

/** What Terraform makes of a string without expressions. */
function afterTerraform(text: string): string {
  return text.replaceAll("$${", "${").replaceAll("%%{", "%{");
}

let shell: Shell;
function withShell(...options: ConstructorParameters<typeof Shell>): Shell {
  shell = new Shell(...options);
  return shell;
}
afterEach(() => {
  shell.remove();
});

const granted = [
  'grant-permissions {"kind":"database"}',
  'grant-permissions {"kind":"table"}',
  'grant-permissions {"kind":"column"}',
];

describe("Lake Formation grants, in the JSON", () => {
  beforeEach(() => withShell());

  it("exist only when the variable says so", () => {
    expect(grants.count).toBe("${var.lake_formation_grants ? 1 : 0}");
  });

  it("are the least that Firehose needs, on this namespace and table, without the grant option", () => {
    const triggers = grants.triggers as Record<string, string>;
    const resource = (of: string) => `"CatalogId" = "123456789012:s3tablescatalog/my-stack", ${of}`;

    expect(triggers.database_permissions).toBe(
      '${jsonencode({"Principal" = {"DataLakePrincipalIdentifier" = aws_iam_role.delivery_role.arn}, ' +
        `"Resource" = {"Database" = {${resource('"Name" = "my_stack"')}}}, "Permissions" = ["DESCRIBE"]})}`,
    );
    expect(triggers.table_permissions).toContain(
      `"Resource" = {"Table" = {${resource('"DatabaseName" = "my_stack", "Name" = aws_s3tables_table.table.name')}}}, ` +
        '"Permissions" = ["ALL", "ALTER", "DELETE", "DESCRIBE", "DROP", "INSERT"]',
    );
    expect(triggers.column_permissions).toContain(
      '"Name" = aws_s3tables_table.table.name, "ColumnWildcard" = {}}}, "Permissions" = ["SELECT"]',
    );
    expect(JSON.stringify(triggers)).not.toContain("PermissionsWithGrantOption");
  });

  it("are made again for another role, table or permission set", () => {
    expect(grants.triggers).toMatchObject({
      role_id: "${aws_iam_role.delivery_role.unique_id}",
      table_arn: "${aws_s3tables_table.table.arn}",
    });
  });

  it("hand every value to the shell in the environment, and none in the command", () => {
    for (const provisioner of [create, destroy]) {
      const text = [...(provisioner?.interpreter as string[]), provisioner?.command as string].join("\n");
      expect(text.replaceAll("$${", "").replaceAll("%%{", "")).not.toMatch(/[$%]\{/);
      expect(provisioner?.environment).toEqual({
        REGION: "${self.triggers.region}",
        DATABASE_PERMISSIONS: "${self.triggers.database_permissions}",
        TABLE_PERMISSIONS: "${self.triggers.table_permissions}",
        COLUMN_PERMISSIONS: "${self.triggers.column_permissions}",
      });
    }
  });

  it("are revoked on destroy, and print no script", () => {
    expect(create).not.toHaveProperty("when");
    expect(destroy?.when).toBe("destroy");
    expect([create?.quiet, destroy?.quiet]).toEqual([true, true]);
  });
});

describe("the grant command", () => {
  it("grants on the database, then the table, then the columns", () => {
    const { code, output } = withShell().run(create);

    expect(code).toBe(0);
    expect(shell.log().slice(0, 6)).toEqual([
      "lakeformation",
      "grant-permissions",
      "--region",
      "us-east-1",
      "--cli-input-json",
      '{"kind":"database"}',
    ]);
    expect(shell.calls()).toEqual(granted);
    expect(output).toContain("granted the column permissions");
  });

  it("tries again while the role is new, with growing pauses and a line for each attempt", () => {
    const failures = [1, 2, 3].map((call) => ({ call, error: unknownRole }));

    const { code, output } = withShell({ failures }).run(create);

    expect(code).toBe(0);
    expect(shell.slept()).toEqual(["sleep 2", "sleep 4", "sleep 8"]);
    expect(output.match(/not known yet \(attempt \d of 7\)/g)).toHaveLength(3);
    expect(shell.calls().slice(3)).toEqual(granted);
  });

  it("fails in the end when the role stays unknown", () => {
    const failures = Array.from({ length: 20 }, (_, index) => ({ call: index + 1, error: unknownRole }));

    const { code, output } = withShell({ failures }).run(create);

    expect(code).toBe(1);
    expect(shell.slept()).toEqual([2, 4, 8, 16, 30, 30].map((seconds) => `sleep ${seconds}`));
    expect(shell.calls()).toHaveLength(7);
    expect(output).toContain("still does not know the role");
  });

  it("fails at once when the identity is no administrator, and says how to become one and when grants are not needed", () => {
    const { code, output } = withShell({ failures: [{ call: 1, error: notAllowed }] }).run(create);

    expect(code).toBe(1);
    expect(shell.calls()).toHaveLength(1);
    expect(shell.slept()).toEqual([]);
    expect(output).toContain("could not grant the database permissions");
    expect(output).toContain("not a Lake Formation administrator");
    expect(output).toContain("a bare one removes every other administrator");
    expect(output).toContain("lake_formation_grants = false");
    expect(output).toContain(notAllowed);
  });

  it("takes back what it granted when a later grant fails, because no destroy step would", () => {
    const { code, output } = withShell({ failures: [{ call: 3, error: notAllowed }] }).run(create);

    expect(code).toBe(1);
    expect(shell.calls().slice(3)).toEqual([
      'revoke-permissions {"kind":"table"}',
      'revoke-permissions {"kind":"database"}',
    ]);
    expect(output).toContain("could not grant the column permissions");
  });

  it("says what a destroy would leave when it could not take back a grant", () => {
    const failures = [3, 4].map((call) => ({ call, error: notAllowed }));

    const { code, output } = withShell({ failures }).run(create);

    expect(code).toBe(1);
    expect(shell.calls().at(-1)).toBe('revoke-permissions {"kind":"database"}');
    expect(output).toContain(`could not take back the table permissions: ${notAllowed}`);
    expect(output).toContain("the table permissions would outlive a destroy: deploy again until it succeeds");
    expect(output).not.toContain("the database permissions would outlive");
  });

  it.each([
    ["An error occurred (EntityNotFoundException): Database not found.", "Enable the integration"],
    ["Unable to locate credentials. You can configure credentials by running", "Sign in again"],
    [
      "Parameter validation failed: Invalid length for parameter Resource.Database.CatalogId",
      "2.27 or newer",
    ],
    ["Something else entirely", "Answer of AWS: Something else entirely"],
  ])("fails with what to do about: %s", (error, advice) => {
    const { code, output } = withShell({ failures: [{ call: 1, error }] }).run(create);

    expect(code).toBe(1);
    expect(output).toContain(advice);
  });

  it("fails with the version to install when there is no AWS CLI", () => {
    const { code, output } = withShell({ awsInstalled: false }).run(create);

    expect(code).toBe(1);
    expect(output).toMatch(/not on PATH[^]*install AWS CLI 2\.27 or newer/);
  });

  it.each([
    "$(touch pwned)",
    "`touch pwned`",
    '"; touch pwned; "',
    "'; touch pwned; '",
    "a b\nc",
    "-x",
    "%s%n",
  ])("hands the hostile value %j on as it is", (hostile) => {
    const { code } = withShell().run(create, {
      DATABASE_PERMISSIONS: hostile,
      TABLE_PERMISSIONS: hostile,
      COLUMN_PERMISSIONS: hostile,
      REGION: hostile,
    });

    expect(code).toBe(0);
    expect(shell.log().join("\n").split(hostile)).toHaveLength(7);
    expect(shell.has("pwned")).toBe(false);
  });
});

describe("the revoke command", () => {
  it("revokes the same documents, the last granted first", () => {
    const { code } = withShell().run(destroy);

    expect(code).toBe(0);
    expect(shell.calls()).toEqual(
      granted.toReversed().map((call) => call.replace("grant-permissions", "revoke-permissions")),
    );
  });

  it.each([
    "An error occurred (EntityNotFoundException): Table not found.",
    "An error occurred (InvalidInputException): No permissions revoked. Grantee does not have any.",
    unknownRole,
  ])("succeeds when they are gone already: %s", (error) => {
    const failures = [1, 2, 3].map((call) => ({ call, error }));

    const { code, output } = withShell({ failures }).run(destroy);

    expect(code).toBe(0);
    expect(output.match(/nothing left to revoke/g)).toHaveLength(3);
  });

  it("fails when a grant could not be revoked", () => {
    const { code, output } = withShell({ failures: [{ call: 2, error: notAllowed }] }).run(destroy);

    expect(code).toBe(1);
    expect(output).toContain("could not revoke the table permissions");
    expect(output).toContain("Then run the same command again.");
    expect(output).not.toMatch(/deploy again|lake_formation_grants = false/);
  });
});

import { AwsStandIn, Failure, RawAnswer } from "../support/aws-stand-in";
import { OperatorProject } from "../support/operator-command";

const account = "111122223333";
const region = "us-east-1";
const sessionArn = `arn:aws:sts::${account}:assumed-role/deployer/alice`;
const roleArn = `arn:aws:iam::${account}:role/teams/data/deployer`;
const openToIam = [
  { Principal: { DataLakePrincipalIdentifier: "IAM_ALLOWED_PRINCIPALS" }, Permissions: ["ALL"] },
];

let aws: AwsStandIn;
let project: OperatorProject;

/** An account in which a deploy succeeds, in IAM mode. */
function readyAccount(): void {
  aws
    .on("sts:GetCallerIdentity", { Arn: sessionArn, Account: account, UserId: "AROAX:alice" })
    .on("s3tables:ListTableBuckets", { tableBuckets: [] })
    .on("s3tables:GetTableBucket", () => new Failure("NotFoundException", "no such bucket", 404))
    .on("s3:HeadBucket", () => new RawAnswer(404, {}, ""))
    .on("iam:GetRole", { Role: { Arn: roleArn, RoleName: "deployer" } })
    .on(
      "iam:SimulatePrincipalPolicy",
      simulation(() => "allowed"),
    )
    .on("glue:GetCatalog", {
      Catalog: { Name: "s3tablescatalog", CreateTableDefaultPermissions: openToIam },
    });
}

/** Answers a simulation in pages of three. */
function simulation(decide: (action: string) => string) {
  return (input: Record<string, string>) => {
    const actions = actionNames(input);
    const start = Number(input.Marker ?? 0);
    const IsTruncated = start + 3 < actions.length;
    return {
      IsTruncated,
      ...(IsTruncated && { Marker: String(start + 3) }),
      EvaluationResults: actions
        .slice(start, start + 3)
        .map((EvalActionName) => ({ EvalActionName, EvalDecision: decide(EvalActionName) })),
    };
  };
}

function actionNames(input: Record<string, string>): string[] {
  return Object.entries(input)
    .filter(([name]) => name.startsWith("ActionNames.member."))
    .map(([, action]) => action);
}

const administrator = (name: string) => ({
  DataLakePrincipalIdentifier: `arn:aws:iam::${account}:role/${name}`,
});

/** Puts the account into Lake Formation mode; its settings can be read and written. */
function lakeFormationMode(...administrators: string[]) {
  const state = {
    settings: {
      DataLakeAdmins: administrators.map(administrator),
      ReadOnlyAdmins: [administrator("auditor")],
      CreateTableDefaultPermissions: openToIam,
      Parameters: { CROSS_ACCOUNT_VERSION: "4" },
    } as Record<string, unknown>,
  };
  aws
    .on("glue:GetCatalog", { Catalog: { Name: "s3tablescatalog", CreateTableDefaultPermissions: [] } })
    .on("lakeformation:GetDataLakeSettings", () => ({ DataLakeSettings: state.settings }))
    .on(
      "lakeformation:PutDataLakeSettings",
      ({ DataLakeSettings }: { DataLakeSettings: Record<string, unknown> }) => {
        state.settings = DataLakeSettings;
        return {};
      },
    );
  return state;
}

const run = (...args: string[]) => project.run("prerequisites", args, aws.environment);
const tfvars = (text: string) => project.write("terraform.tfvars", text);

beforeEach(async () => {
  aws = await AwsStandIn.start();
  project = new OperatorProject()
    .tool("aws", "aws-cli/2.31.10 Python/3.13.3 Linux/6.1.0 exe/x86_64.debian.12")
    .tool("terraform", '{\n  "terraform_version": "1.13.3",\n  "platform": "linux_amd64"\n}');
  tfvars('stack_name = "my-stream"\nlake_formation_grants = false\n');
  readyAccount();
});

afterEach(async () => {
  await aws.close();
  project.remove();
});

it("says that a deploy can succeed, and has changed nothing", async () => {
  aws.next("glue:GetCatalog", new Failure("ThrottlingException", "Rate exceeded"));

  const { code, stdout, stderr } = await run();

  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatchSnapshot();
  expect(aws.operations).toMatchSnapshot();
});

it("fails on everything that is wrong at once, each with its mending", async () => {
  lakeFormationMode("someone");
  tfvars('stack_name = "my-stream"\n');
  project
    .tool("aws", "aws-cli/1.27.4 Python/3.9 Linux/5 botocore/1.29")
    .tool("terraform", "Terraform v1.5.7\non linux_amd64");
  aws
    .on("s3:HeadBucket", () => new RawAnswer(403, {}, ""))
    .on("s3tables:GetTableBucket", { name: "my-stream", arn: "x" })
    .on("s3tables:ListTagsForResource", { tags: { Stack: "another" } })
    .on(
      "iam:SimulatePrincipalPolicy",
      simulation((action) => (action.startsWith("firehose:") ? "implicitDeny" : "allowed")),
    );

  const { code, stdout } = await run();

  expect(code).toBe(1);
  expect(stdout).toMatchSnapshot();
});

it("fails without credentials, and still looks at the tools", async () => {
  const { AWS_ACCESS_KEY_ID: _, ...withoutKey } = aws.environment;

  const { code, stdout } = await project.run("prerequisites", [], withoutKey);

  expect(code).toBe(1);
  expect(stdout).toMatchSnapshot();
});

it("fails where the integration is missing or the permissions cannot be read, and gives JSON for scripts", async () => {
  aws
    .on("glue:GetCatalog", () => new Failure("EntityNotFoundException", "Catalog not found"))
    .on("iam:SimulatePrincipalPolicy", () => new Failure("AccessDenied", "not authorized", 403));

  const { code, stdout } = await run("--json");

  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchSnapshot();
});

describe("--fix", () => {
  it("adds the identity to five administrators, who all stay, with everything else in the settings", async () => {
    const five = ["one", "two", "three/of/path", "four", "five"];
    const state = lakeFormationMode(...five);
    tfvars('stack_name = "my-stream"\n');

    const { code, stdout } = await run("--fix", "--yes");

    expect(stdout).toMatchSnapshot();
    expect(code).toBe(0);
    expect(state.settings).toEqual({
      DataLakeAdmins: [...five.map(administrator), { DataLakePrincipalIdentifier: roleArn }],
      ReadOnlyAdmins: [administrator("auditor")],
      CreateTableDefaultPermissions: openToIam,
      Parameters: { CROSS_ACCOUNT_VERSION: "4" },
    });
  });

  it("creates the integration in IAM mode", async () => {
    aws
      .next("glue:GetCatalog", new Failure("EntityNotFoundException", "Catalog not found"))
      .on("glue:CreateCatalog", {});

    const { code } = await run("--fix", "--yes");

    expect(code).toBe(0);
    expect(aws.inputs("glue:CreateCatalog")).toEqual([
      {
        Name: "s3tablescatalog",
        CatalogInput: {
          FederatedCatalog: {
            Identifier: `arn:aws:s3tables:${region}:${account}:bucket/*`,
            ConnectionName: "aws:s3tables",
          },
          CreateDatabaseDefaultPermissions: openToIam,
          CreateTableDefaultPermissions: openToIam,
          AllowFullTableExternalDataAccess: "True",
        },
      },
    ]);
  });

  it("fails where it may not write the settings, and says so", async () => {
    lakeFormationMode("one");
    tfvars('stack_name = "my-stream"\n');
    aws.on("lakeformation:PutDataLakeSettings", new Failure("AccessDeniedException", "not authorized", 403));

    const { code, stdout } = await run("--fix", "--yes");

    expect(code).toBe(1);
    expect(stdout).toMatch(/not mended\. Access denied: .*lakeformation:PutDataLakeSettings/);
  });

  it("rejects a change that nobody can agree to, before it is made", async () => {
    lakeFormationMode("one");
    tfvars('stack_name = "my-stream"\n');

    const { code, stderr } = await run("--fix");

    expect(code).toBe(2);
    expect(stderr).toMatch(/Add role deployer to the Lake Formation administrators.*\n.*--yes/);
    expect(aws.operations).not.toContain("lakeformation:PutDataLakeSettings");
  });
});

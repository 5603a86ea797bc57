import { findDeployment } from "../../../operations/deployment/deployment-settings";
import { OperatorProject } from "../../support/operator-command";

let project: OperatorProject;

beforeEach(() => {
  project = new OperatorProject();
});

afterEach(() => {
  project.remove();
});

const find = (
  flags: { stackName?: string; region?: string } = {},
  precedence: "deployed" | "next-deploy" = "deployed",
  environment: NodeJS.ProcessEnv = {},
) => {
  const { names, region, source, deployed, variables } = findDeployment(
    flags,
    precedence,
    project.directory,
    environment,
  );
  return { stack: names.stack, region, source, deployed, variables };
};

it("takes the defaults where nothing says otherwise", () => {
  expect(find()).toEqual({
    stack: "firehosetos3demo",
    region: "us-east-1",
    source: "default",
    deployed: false,
    variables: { lakeFormationGrants: true, generatorEnabled: true, enableEncryption: true, alarmEmail: "" },
  });
});

it("takes what was deployed for what is deployed, and what will be for the next deploy", () => {
  project
    .deployed("was-deployed", "eu-west-1")
    .write("terraform.tfvars", 'stack_name = "will-be"\nregion = "eu-north-1"');

  expect(find()).toMatchObject({
    stack: "was-deployed",
    region: "eu-west-1",
    source: "outputs.json",
    deployed: true,
  });
  expect(find({}, "next-deploy")).toMatchObject({ stack: "will-be", region: "eu-north-1", deployed: false });
});

it("lets flags win over both", () => {
  project.deployed("was-deployed", "eu-west-1");

  expect(find({ stackName: "flagged" })).toMatchObject({
    stack: "flagged",
    region: "eu-west-1",
    deployed: false,
  });
});

it("reads the files that cdktf hands to Terraform in Terraform's order, the later wins", () => {
  project
    .write("terraform.tfvars", 'stack_name = "one"\nregion = "eu-west-1"\ngenerator_enabled = false')
    .write("terraform.tfvars.json", '{"stack_name": "two"}')
    .write("b.auto.tfvars", 'stack_name = "four"')
    .write("a.auto.tfvars.json", '{"stack_name": "three", "alarm_email": "a@example.com"}');

  const deployment = find({}, "next-deploy", {
    TF_VAR_stack_name: "zero",
    TF_VAR_enable_encryption: "false",
  });

  expect(deployment).toMatchObject({
    stack: "four",
    region: "eu-west-1",
    variables: { generatorEnabled: false, enableEncryption: false, alarmEmail: "a@example.com" },
  });
});

it.each([
  [
    "a bad stack name",
    "terraform.tfvars",
    'stack_name = "My_Stack"',
    /may hold only lowercase.*terraform\.tfvars/s,
  ],
  ["a bad Region", "terraform.tfvars", 'region = "Frankfurt"', /code of an AWS Region/],
  [
    "a flag that is neither true nor false",
    "terraform.tfvars",
    'generator_enabled = "maybe"',
    /must be true or false/,
  ],
  ["outputs that are not JSON", "outputs.json", "{", /outputs\.json is not JSON/],
  ["outputs that are no object", "outputs.json", "[]", /outputs\.json must hold a JSON object/],
])("rejects %s", (_, file, text, message) => {
  project.write(file, text);

  expect(() => find()).toThrow(message);
});

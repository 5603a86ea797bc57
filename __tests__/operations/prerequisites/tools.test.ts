import { TerraformStack, Testing } from "cdktf";
import { judgeAwsCli, judgeTerraform } from "../../../operations/prerequisites/tools";
import { toolVersions } from "../../../pipeline/tool-versions";
import { configureStateBackend } from "../../../stacks/state-backend";
import { testingApp } from "../../support/testing-app";

it.each([
  ["aws-cli/2.31.10 Python/3.13.3 Linux/6.1.0 exe/x86_64", "pass"],
  ["aws-cli/2.22.10 Python/3.12", "pass"],
  ["aws-cli/2.22.9 Python/3.12", "fail"],
  ["aws-cli/2.9.1 Python/3.9", "fail"],
  ["aws-cli/3.0.0 Python/3.14", "pass"],
  ["aws-cli/1.45.11 Python/3.11.7 Linux/6.18 botocore/1.43.11", "pass"],
  ["aws-cli/1.36.14 Python/3.8", "fail"],
  ["zsh: exec format error: aws", "fail"],
  [undefined, "fail"],
])("judges the AWS CLI that says %s", (text, status) => {
  expect(judgeAwsCli(text).status).toBe(status);
});

it("passes an AWS CLI that is enough but old, and says what to install", () => {
  expect(judgeAwsCli("aws-cli/2.22.10 Python/3.12").fix.join()).toContain(toolVersions.awsCliRecommended);
});

it.each([
  ['{"terraform_version": "1.6.0"}', "1.6.0", "pass"],
  ['{"terraform_version": "1.15.2-beta1", "provider_selections": {"x": "6.25.0"}}', "1.6.0", "pass"],
  ['{"terraform_version": "1.9.8"}', "1.10.0", "fail"],
  ['{"terraform_version": "2.0.0"}', "1.10.0", "pass"],
  ["Terraform v1.5.7\non darwin_arm64", "1.6.0", "fail"],
  ["No version is set for command terraform", "1.6.0", "fail"],
  [undefined, "1.6.0", "fail"],
])("judges the Terraform that says %s where %s is needed", (text, least, status) => {
  expect(judgeTerraform("terraform", text, least).status).toBe(status);
});

it.each([
  ["1.6", {}, toolVersions.terraform],
  ["1.10", { stateBucket: "my-state" }, toolVersions.terraformWithStateBucket],
])("asks for Terraform %s where the stack does", (_, context, least) => {
  const stack = new TerraformStack(testingApp(context), "stack");
  configureStateBackend(stack);
  const { terraform } = JSON.parse(Testing.synth(stack)) as { terraform: { required_version: string } };

  expect(terraform.required_version).toBe(`>= ${least}`);
});

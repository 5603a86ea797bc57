import { defaultStackName } from "../../pipeline/names";
import { StackVariables } from "../../stacks/stack-variables";
import { type Json, Synthesized } from "../support/synthesized";

const variables: Record<string, Json> = Synthesized.scope((stack) => {
  new StackVariables(stack, "variables");
}).json.variable;

/** The messages of the rules that a value breaks. Terraform's regular expressions here mean the same in JavaScript. */
function refusals(name: string, value: string | boolean | null): string[] {
  return (variables[name]?.validation as Json[])
    .filter(({ condition }) => {
      if (/^\$\{\(var\.\w+ != null\)\}$/.test(condition as string)) return value === null;
      const [, not, pattern] = /^\$\{(!?)can\(regex\("(.*)", var\.\w+\)\)\}$/.exec(condition as string) ?? [];
      if (pattern === undefined) throw new Error(`not understood: ${condition}`);
      const matches = new RegExp(pattern.replaceAll("[:space:]", "\\s")).test(String(value));
      return matches === (not === "!");
    })
    .map(({ error_message: message }) => message as string);
}

describe("variables", () => {
  it("have a type, a description and a default each", () => {
    const defaults = Object.fromEntries(
      Object.entries(variables).map(([name, variable]) => [name, [variable.type, variable.default]]),
    );

    expect(defaults).toEqual({
      stack_name: ["string", defaultStackName],
      region: ["string", "us-east-1"],
      enable_encryption: ["bool", true],
      lake_formation_grants: ["bool", true],
      generator_enabled: ["bool", true],
      alarm_email: ["string", ""],
    });
    for (const { description } of Object.values(variables)) expect(description).toMatch(/^[A-Z].*\.$/);
  });

  it("accept their own defaults", () => {
    for (const [name, variable] of Object.entries(variables)) {
      expect([name, refusals(name, variable.default as string)]).toEqual([name, []]);
    }
  });

  it("say that encryption is decided before the first deploy", () => {
    expect(variables.enable_encryption?.description).toContain("Decide before the first deploy");
  });

  it.each([
    ["stack_name", "my-stack-1"],
    ["region", "ap-southeast-2"],
    ["region", "us-gov-west-1"],
    ["alarm_email", "team@example.com"],
  ])("accepts %s = %j", (name, value) => {
    expect(refusals(name, value)).toEqual([]);
  });

  it.each([
    ["stack_name", "ab", "3 to 49 characters", '"firehosetos3demo"'],
    ["stack_name", "My_Stack", "lowercase letters, digits and hyphens", '"firehosetos3demo"'],
    ["stack_name", "aws-stack", "must not begin with", '"firehosetos3demo"'],
    ["stack_name", "stack--x-s3", "must not end with", '"firehosetos3demo"'],
    ["region", "us-east", "the code of an AWS Region", '"us-east-1"'],
    ["region", "US-EAST-1", "the code of an AWS Region", '"us-east-1"'],
    ["region", "", "the code of an AWS Region", '"us-east-1"'],
    ["alarm_email", "nobody", "one e-mail address", '"team@example.com"'],
    ["alarm_email", "a@b.co, c@d.co", "one e-mail address", '"team@example.com"'],
    ["enable_encryption", null, "true or false", "true"],
    ["lake_formation_grants", null, "true or false", "true"],
    ["generator_enabled", null, "true or false", "true"],
  ])("rejects %s = %j, naming the rule and a good value", (name, value, rule, goodValue) => {
    const [message, ...others] = refusals(name, value);

    expect(others).toEqual([]);
    expect(message).toContain(rule);
    expect(message).toContain(`A good value: ${goodValue}`);
  });
});

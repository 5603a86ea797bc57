import fc from "../support/fast-check";
import { UserError } from "../../local/cli/user-error";
import { findDeployment } from "../../operations/deployment/deployment-settings";
import { readVariableDefinitions } from "../../operations/deployment/variable-definitions";
import { OperatorProject } from "../support/operator-command";

/** The value, or the error if it is one that a command shows without its stack; any other error goes on. */
function reading<T>(read: () => T): T | UserError {
  try {
    return read();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

const pieces = [
  "stack_name",
  "region",
  "=",
  '"text"',
  '"${x}"',
  '"\\u00e9\\n"',
  '"\\UFFFFFFFF"',
  '"',
  "\\",
  "true",
  "null",
  "1",
  "-1e400",
  "\n",
  "\r\n",
  " ",
  "#",
  "//",
  "/*",
  "*/",
  "<<EOT",
  "{",
  "[",
  "é",
];
const tfvars = fc.oneof(
  fc.array(fc.constantFrom(...pieces), { maxLength: 30 }).map((parts) => parts.join("")),
  fc.array(fc.constantFrom(...pieces), { maxLength: 4 }).map((parts) => `a = ${parts.join("")}`),
  fc.string({ unit: "binary", maxLength: 200 }),
);

it("reads any .tfvars file, or names the line that it cannot read", () => {
  fc.assert(
    fc.property(tfvars, (text) => {
      const variables = reading(() => readVariableDefinitions(text, "terraform.tfvars"));
      if (variables instanceof Error) expect(variables.message).toMatch(/^terraform\.tfvars, line \d+: /);
      else
        for (const value of variables.values())
          expect(value === null || ["string", "number", "boolean"].includes(typeof value)).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

it.each([
  ["blanks", (n: number) => " ".repeat(n)],
  ["unfinished comments", (n: number) => "/*".repeat(n / 2)],
  ["a string", (n: number) => `a = "${"x".repeat(n)}"`],
  ["a string without end", (n: number) => `a = "${"x".repeat(n)}`],
  ["dollar signs", (n: number) => `a = "${"$".repeat(n)}"`],
  ["escapes", (n: number) => `a = "${"\\n".repeat(n / 2)}"`],
])("reads or rejects a file of a megabyte of %s", (_, text) => {
  reading(() => readVariableDefinitions(text(2 ** 20), "terraform.tfvars"));
});

describe("the deployment's files", () => {
  const project = new OperatorProject();
  afterAll(() => {
    project.remove();
  });

  it("say which deployment is meant, or which of them is wrong", () => {
    const value = fc.oneof(fc.constantFrom("my-stack", "eu-west-1", "true", "x".repeat(99)), fc.jsonValue());
    const variables = fc.dictionary(
      fc.constantFrom("stack_name", "region", "generator_enabled", "alarm_email", "__proto__"),
      value,
    );
    const outputs = fc.record(
      {
        "streaming-analytics": fc.oneof(
          fc.record({ firehose_stream_name: value, region: value }, { requiredKeys: [] }),
          fc.jsonValue(),
        ),
      },
      { requiredKeys: [] },
    );
    const file = (content: fc.Arbitrary<unknown>) =>
      fc.oneof(
        content.map((json) => JSON.stringify(json)),
        fc.json(),
        fc.string(),
      );

    fc.assert(
      fc.property(file(outputs), file(variables), tfvars, (outputsText, variablesText, tfvarsText) => {
        project
          .write("outputs.json", outputsText)
          .write("terraform.tfvars.json", variablesText)
          .write("terraform.tfvars", tfvarsText);
        const found = reading(() => findDeployment({}, "deployed", project.directory, {}));
        if (found instanceof Error) expect(found.message).not.toBe("");
        else expect(`${found.names.stack} ${found.region}`).toMatch(/^[a-z0-9-]+ [a-z0-9-]+$/);
      }),
      { numRuns: 500 },
    );
  });
});

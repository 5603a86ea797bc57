import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { StackVariables } from "../stacks/stack-variables";
import { type Json, Synthesized } from "./support/synthesized";

const project = join(__dirname, "..");
const read = (file: string) => readFileSync(join(project, file), "utf8");
const readJson = (file: string) => JSON.parse(read(file)) as Json;

describe("package.json", () => {
  const manifest = readJson("package.json");
  const dependencies = { ...manifest.dependencies, ...manifest.devDependencies } as Record<string, string>;

  it.each(Object.entries(dependencies))("pins %s to one version", (_name, version) => {
    expect(version).toMatch(/^\d+\.\d+\.\d+(-[\w.]+)?$/);
  });

  it("needs no install script of any package", () => {
    expect(read(".npmrc")).toContain("ignore-scripts=true");
  });
});

describe("cdktf.json", () => {
  const config = readJson("cdktf.json");

  it("runs main.ts the fast way and sends no crash report", () => {
    expect(config).toMatchObject({ app: "node --import tsx main.ts", sendCrashReports: "false" });
  });

  it("has a project id, which cdktf would otherwise write into it", () => {
    expect(config.projectId).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe("terraform.tfvars.example", () => {
  it("shows every variable with its default", () => {
    const variables = Synthesized.scope((stack) => new StackVariables(stack, "variables")).json
      .variable as Json;
    const shown = Object.fromEntries(
      [...read("terraform.tfvars.example").matchAll(/^(\w+) *= *(.+)$/gm)].map(([, name, value]) => [
        name,
        JSON.parse(value ?? "") as unknown,
      ]),
    );

    for (const [name, { default: value }] of Object.entries(variables)) {
      expect([name, typeof shown[name]]).toEqual([name, typeof value]);
      if (name !== "stack_name") expect([name, shown[name]]).toEqual([name, value]);
    }
  });
});

describe("the lint rule on imports", () => {
  const cases = [
    ["constructs/encryption-key.ts", "@cdktf/provider-aws", "the barrel costs ten seconds"],
    ["constructs/encryption-key.ts", "@cdktf/provider-aws/lib/kms-key", undefined],
    ["constructs/encryption-key.ts", "../stacks/stack-variables", "Imports point one way"],
    ["constructs/bundled-function.ts", "../functions/bundle-function", undefined],
    ["constructs/bundled-function.ts", "../functions/data-generator/handler", "Imports point one way"],
    ["functions/data-generator/handler.ts", "../../constructs/encryption-key", "Imports point one way"],
    ["local/warehouse.ts", "../functions/data-generator/handler", "Imports point one way"],
    ["pipeline/names.ts", "../constructs/encryption-key", "Imports point one way"],
    ["pipeline/names.ts", "./settings", undefined],
    ["pipeline/names.ts", "cdktf", "Only stacks/ and constructs/ know CDK"],
    ["pipeline/names.ts", "node:fs", "pipeline/ is plain vocabulary"],
    ["stacks/stack-variables.ts", "@aws-sdk/client-firehose", "Only functions/ and operations/ talk to AWS"],
    ["stacks/stack-variables.ts", "../main", "Nothing imports main.ts"],
  ] as const;

  /** ESLint loads its configuration as an ES module, which jest cannot: one child process answers all cases. */
  const script = `
    const { ESLint, Linter } = require("eslint");
    (async () => {
      const answers = [];
      for (const [file, imported] of JSON.parse(process.argv[1])) {
        const { rules } = await new ESLint().calculateConfigForFile(file);
        const rule = "no-restricted-imports";
        const found = new Linter().verify("import " + JSON.stringify(imported), [{ rules: { [rule]: rules[rule] } }]);
        answers.push(found.map(({ message }) => message).join());
      }
      console.log(JSON.stringify(answers));
    })();`;
  const answers = JSON.parse(
    execFileSync(process.execPath, ["-e", script, JSON.stringify(cases)], { cwd: project, encoding: "utf8" }),
  ) as string[];

  it.each(cases.map((testCase, index) => [...testCase, answers[index]] as const))(
    "in %s, import of %s: %s",
    (_file, _imported, message, answer) => {
      if (message === undefined) expect(answer).toBe("");
      else expect(answer).toContain(message);
    },
  );
});

describe("files that git must not take", () => {
  const ignored = (path: string) => {
    try {
      execFileSync("git", ["check-ignore", "-q", path], { cwd: project });
      return true;
    } catch {
      return false;
    }
  };

  it.each([
    "terraform.tfvars",
    "terraform.streaming-analytics.tfstate",
    "outputs.json",
    ".local/x",
    "cdktf.out/x",
  ])("%s is ignored", (path) => {
    expect(existsSync(join(project, ".git"))).toBe(true);
    expect(ignored(path)).toBe(true);
  });
});

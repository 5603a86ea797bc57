import { spawnSync } from "node:child_process";
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Json } from "./support/synthesized";

const project = join(__dirname, "..");
const sources = [
  "main.ts",
  "stacks",
  "constructs",
  "pipeline",
  "functions",
  "cdktf.json",
  "tsconfig.json",
  "package.json",
];

/** A copy of what synthesis reads, in a folder whose path has spaces. */
function copyProject(name: string): string {
  const copy = join(root, name);
  mkdirSync(copy);
  for (const source of sources) cpSync(join(project, source), join(copy, source), { recursive: true });
  symlinkSync(join(project, "node_modules"), join(copy, "node_modules"));
  return copy;
}

/** Runs main.ts as cdktf.json says, where nothing but Node.js is installed. */
function run(directory: string, environment: NodeJS.ProcessEnv = {}) {
  const { app } = JSON.parse(readFileSync(join(directory, "cdktf.json"), "utf8")) as { app: string };
  const [command, ...args] = app.split(" ");
  expect(command).toBe("node");
  return spawnSync(process.execPath, args, {
    cwd: directory,
    encoding: "utf8",
    env: { ...process.env, PATH: join(root, "no programs here"), ...environment },
  });
}

/** Gives what main.ts printed and wrote. */
function synthesize(directory: string): { printed: string; json: string; zip: Buffer } {
  const { stdout, stderr } = run(directory);
  const stack = join(directory, "cdktf.out", "stacks", "streaming-analytics");
  const json = readFileSync(join(stack, "cdk.tf.json"), "utf8");
  const { filename } = (JSON.parse(json) as Json).resource.aws_lambda_function.data_generator as {
    filename: string;
  };
  return { printed: stdout + stderr, json, zip: readFileSync(join(stack, filename)) };
}

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "a path with spaces "));
});
afterAll(() => {
  rmSync(root, { recursive: true });
});

describe("main.ts, run by itself", () => {
  it("writes the same JSON and the same zip from two folders with spaces, and prints no warning", () => {
    const first = copyProject("first copy");
    const second = copyProject("second copy");

    const one = synthesize(first);
    const two = synthesize(second);

    expect(one.printed + two.printed).toBe("");
    expect(one.zip.equals(two.zip)).toBe(true);
    expect(one.json.replaceAll(first, "<project>")).toBe(two.json.replaceAll(second, "<project>"));
  });

  it("holds no absolute path but the local state's", () => {
    const directory = copyProject("third copy");

    const { json } = synthesize(directory);

    const { path } = (JSON.parse(json) as Json).terraform.backend.local as { path: string };
    expect(path).toBe(join(directory, "terraform.streaming-analytics.tfstate"));
    expect(json.replace(path, "")).not.toContain(root);
    expect(json.replace(path, "")).not.toContain(project);
  });

  describe("with a bad value in the context", () => {
    const context = { CDKTF_CONTEXT_JSON: JSON.stringify({ stateBucket: 5 }) };

    it("fails with one message that says what is allowed", () => {
      const { status, stdout, stderr } = run(project, context);

      expect({ status, stdout, stderr }).toEqual({
        status: 1,
        stdout: "",
        stderr:
          'cdktf.json, context.stateBucket: received 5; it takes a string, or "" to keep the state in a local file.\n' +
          "DEBUG=1 shows where this comes from.\n",
      });
    });

    it("fails with the line in the TypeScript file when DEBUG=1", () => {
      const { stderr } = run(project, { ...context, DEBUG: "1" });

      const [, line] = /state-backend\.ts:(\d+):\d+/.exec(stderr) ?? [];
      const thrower = readFileSync(join(project, "stacks/state-backend.ts"), "utf8").split("\n")[
        Number(line) - 1
      ];
      expect(thrower).toContain("throw new Error(");
    });
  });

  describe("with a mistake in a construct that shows when its file is loaded", () => {
    const mistake = (name: string) => {
      const directory = copyProject(name);
      appendFileSync(join(directory, "constructs", "error-bucket.ts"), "\nthrow new Error('a mistake');\n");
      return directory;
    };

    it("fails with its message alone", () => {
      const { status, stdout, stderr } = run(mistake("fourth copy"));

      expect({ status, stdout, stderr }).toEqual({
        status: 1,
        stdout: "",
        stderr: "a mistake\nDEBUG=1 shows where this comes from.\n",
      });
    });

    it("fails with the line in the TypeScript file when DEBUG=1", () => {
      const directory = mistake("fifth copy");
      const source = readFileSync(join(directory, "constructs", "error-bucket.ts"), "utf8");

      const { status, stderr } = run(directory, { DEBUG: "1" });

      expect(status).toBe(1);
      expect(stderr).toContain(`error-bucket.ts:${source.split("\n").length - 1}:`);
    });
  });
});

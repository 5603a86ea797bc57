import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import fc from "../support/fast-check";
import { OperatorProject } from "../support/operator-command";
import type { CommandReply, CommandRequest } from "./command-process";

const project = new OperatorProject();
let child: ChildProcess;
let ended: Promise<never>;

beforeAll(() => {
  child = fork(join(__dirname, "command-process.ts"), {
    cwd: project.directory,
    execArgv: ["--require", require.resolve("tsx/cjs")],
    env: { HOME: project.directory, PATH: process.env.PATH },
  });
  ended = once(child, "exit").then(([code]) => {
    throw new Error(`The process ended with ${String(code)}.`);
  });
  ended.catch(() => undefined);
});

afterAll(async () => {
  const gone = once(child, "exit");
  child.disconnect();
  await gone;
  project.remove();
});

async function run(request: CommandRequest): Promise<CommandReply> {
  child.send(request);
  const [reply] = (await Promise.race([once(child, "message"), ended])) as [CommandReply];
  return reply;
}

interface Flags {
  /** Take no value, and go with each other and with all others. */
  readonly switches: readonly string[];
  /** Take a value that has a form. */
  readonly checked: readonly string[];
  /** Take any value. */
  readonly free: readonly string[];
}

const commands: Readonly<Record<string, Flags>> = {
  "errors.ts": {
    switches: ["--local", "--json"],
    checked: ["--show", "--since", "--until", "--in-doubt", "--stack-name", "--region"],
    free: ["--warehouse", "--code"],
  },
  "estimate.ts": {
    switches: ["--no-generator", "--json"],
    checked: ["--records-per-second", "--record-bytes", "--buffer-mib", "--region", "--scale"],
    free: [],
  },
  "verify.ts": {
    switches: ["--once", "--json"],
    checked: ["--timeout", "--interval", "--stack-name", "--region"],
    free: ["--workgroup"],
  },
  "prerequisites.ts": {
    switches: ["--json", "--fix", "--yes"],
    checked: ["--stack-name", "--region"],
    free: [],
  },
  "query.ts": {
    switches: ["--json", "--athena"],
    checked: ["--snapshot", "--as-of", "--stack-name", "--region"],
    free: ["--warehouse", "--workgroup"],
  },
};

const anyText = fc.string({ unit: "binary", maxLength: 30 });
/** No number, time, name, Region or choice begins so. */
const wrongValue = anyText.map((text) => `!${text}`);

describe.each(Object.entries(commands))("operations/%s", (file, { switches, checked, free }) => {
  const flags = [...switches, ...checked, ...free];
  const unknownFlag = fc
    .stringMatching(/^--[a-z][a-z-]{0,30}(=.{0,20})?$/)
    .filter((flag) => ![...flags, "--help"].includes(flag.split("=")[0]!));
  const wrong = fc.oneof(
    fc.tuple(fc.constantFrom(...checked), wrongValue),
    fc.tuple(fc.constantFrom(...checked), wrongValue).map((parts) => [parts.join("=")]),
    unknownFlag.map((flag) => [flag]),
  );
  const fine = fc.oneof(
    fc.constantFrom(...switches).map((flag) => [flag]),
    ...(free.length > 0 ? [fc.tuple(fc.constantFrom(...free), anyText)] : []),
  );
  const missing = fc.constantFrom(...checked, ...free).map((flag) => [flag]);
  const lines = fc
    .tuple(fc.array(fine, { maxLength: 3 }), fc.oneof(wrong, missing), fc.array(fine, { maxLength: 2 }))
    // Nothing comes after a flag whose value is missing: it would be the value.
    .map(([before, at, after]) => [...before, at, ...(flags.includes(at.join(" ")) ? [] : after)].flat());

  it("rejects any wrong usage with one message that names it, and exit code 2", async () => {
    await fc.assert(
      fc.asyncProperty(lines, async (args) => {
        const { code, stdout, stderr } = await run({ file, args });
        expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
        expect(stderr).toMatch(/^(option|unknown option) '-.*/);
        expect(stderr.trimEnd()).toMatch(/Run with --help to see all options\.$/);
        expect(stderr).not.toMatch(/\n +at /);
      }),
      { numRuns: 60 },
    );
  });

  it("rejects a value of a hundred thousand letters with a short message", async () => {
    const { code, stderr } = await run({ file, args: ["--region", "!".repeat(100_000)] });

    expect(code).toBe(2);
    expect(stderr).toMatch(/^option '--region <code>' argument '!+ \.\.\. !+' is invalid\. It must be /);
    expect(stderr.length).toBeLessThan(5_000);
  });
});

it.each([
  ["errors.ts", ["--map", "x"], "--map goes with --replay."],
  ["errors.ts", ["--replay", "--show", "1"], "--show and --replay: one at a time."],
  ["query.ts", ["--region", "eu-west-1"], "--region goes with --athena."],
  [
    "query.ts",
    ["--athena", "--snapshot", "1", "SELECT 1"],
    "--snapshot, --as-of and --warehouse are for the local",
  ],
  ["estimate.ts", ["extra"], "too many arguments"],
])("%s rejects %j", async (file, args, message) => {
  const { code, stdout, stderr } = await run({ file, args });

  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr.startsWith(message)).toBe(true);
});

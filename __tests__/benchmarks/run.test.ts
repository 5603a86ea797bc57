import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(__dirname, "..", "..");

function bench(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--require", "tsx/cjs", "benchmarks/run.ts", ...args],
    { cwd: root, encoding: "utf8" },
  );
  return { status, stdout, stderr };
}

describe("npm run bench", () => {
  it.each(["--help", "-h"])("explains itself on stdout with %s", (option) => {
    expect(bench(option)).toEqual({
      status: 0,
      stdout: expect.stringMatching(/^Usage: npm run bench -- [^]*synthesis [^]*--check /) as string,
      stderr: "",
    });
  });

  it.each([
    ["a name that is none", ["nothing"], 'There is no benchmark "nothing".'],
    ["an unknown option", ["--fast"], "--fast"],
    ["--check of less data than was recorded", ["--quick", "--check"], "--check needs the recorded amounts"],
  ])("rejects %s", (_, args, problem) => {
    const { status, stdout, stderr } = bench(...args);

    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toContain(problem);
    expect(stderr).toContain("Usage: npm run bench");
  });
});

it.each([
  ["SIGINT", 130, "iceberg"],
  ["SIGTERM", 143, "firehose"],
] as const)("leaves nothing behind when %s ends it", async (signal, code, name) => {
  const temporary = mkdtempSync(join(tmpdir(), "bench-test-"));
  try {
    const child = spawn(process.execPath, ["--require", "tsx/cjs", "benchmarks/run.ts", "--quick", name], {
      cwd: root,
      env: { ...process.env, TMPDIR: temporary, NODE_NO_WARNINGS: "1" },
      stdio: ["ignore", "ignore", "pipe"],
    });
    await once(child.stderr, "data");
    const written = readdirSync(temporary).filter((file) => file.startsWith("benchmarks-"));
    child.kill(signal);
    const [status] = (await once(child, "exit")) as [number];

    expect(written).toHaveLength(1);
    expect(status).toBe(code);
    expect(readdirSync(temporary).filter((file) => file.startsWith("benchmarks-"))).toEqual([]);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
});

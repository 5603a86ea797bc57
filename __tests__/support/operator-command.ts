import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

const root = join(__dirname, "..", "..");
const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
};

/** What `npm run NAME` starts, so that it works from any folder. */
function nodeArguments(name: string): string[] {
  const script = /^node (--\w+) (\S+) (\S+)$/.exec(scripts[name] ?? "");
  if (!script) throw new Error(`package.json has no script "${name}" of the known form`);
  const [, flag = "", loader = "", file = ""] = script;
  const path = require.resolve(loader);
  return [flag, flag === "--import" ? pathToFileURL(path).href : path, join(root, file)];
}

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCommand {
  readonly process: ChildProcess;
  readonly done: Promise<CommandResult>;
}

/** A folder that stands for a user's checkout: settings and outputs of a deploy, and the tools on PATH. */
export class OperatorProject {
  readonly directory = realpathSync(mkdtempSync(join(tmpdir(), "operator-")));

  write(file: string, text: string): this {
    const path = join(this.directory, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return this;
  }

  /** outputs.json as `npm run deploy` leaves it. */
  deployed(stackName: string, region: string): this {
    return this.write(
      "outputs.json",
      JSON.stringify({ "streaming-analytics": { firehose_stream_name: stackName, region } }),
    );
  }

  /** Puts a tool on PATH that prints the text. */
  tool(name: string, prints: string): this {
    this.write(join("bin", name), `#!/bin/sh\ncat <<'END'\n${prints}\nEND\n`);
    chmodSync(join(this.directory, "bin", name), 0o755);
    return this;
  }

  /** Runs what `npm run NAME` does, with no AWS setting but the given ones. */
  start(
    name: string,
    args: readonly string[],
    environment: Readonly<Record<string, string>> = {},
  ): RunningCommand {
    const child = spawn(process.execPath, [...nodeArguments(name), ...args], {
      cwd: this.directory,
      env: {
        PATH: [join(this.directory, "bin"), "/usr/bin", "/bin"].join(":"),
        HOME: this.directory,
        TZ: "UTC",
        ...environment,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const output = { stdout: "", stderr: "" };
    child.stdout.on("data", (text: Buffer) => (output.stdout += text.toString()));
    child.stderr.on("data", (text: Buffer) => (output.stderr += text.toString()));
    const done = once(child, "close").then(([code]) => ({ code: code as number | null, ...output }));
    return { process: child, done };
  }

  run(
    name: string,
    args: readonly string[],
    environment?: Readonly<Record<string, string>>,
  ): Promise<CommandResult> {
    return this.start(name, args, environment).done;
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

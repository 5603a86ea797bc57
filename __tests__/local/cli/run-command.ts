import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";

const root = join(__dirname, "..", "..", "..");

export interface CommandRun {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly environment?: NodeJS.ProcessEnv;
  /** Hears of everything that has come to stdout so far, each time that there is more. */
  readonly onOutput?: (stdout: string, child: ChildProcess) => void;
}

/** Runs a command's entry file as `npm run` does, in a process of its own, without a terminal. */
export function runCommandFile(
  file: string,
  args: readonly string[],
  { environment = {}, onOutput }: RunOptions = {},
): Promise<CommandRun> {
  const child = spawn(process.execPath, ["--require", "tsx/cjs", join(root, file), ...args], {
    cwd: root,
    env: { ...process.env, DEBUG: "", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    onOutput?.(stdout, child);
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (exitCode) => {
      resolve({ exitCode, stdout, stderr });
    });
  });
}

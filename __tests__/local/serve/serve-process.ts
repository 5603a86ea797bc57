import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

const root = join(__dirname, "..", "..", "..");

/** `npm run serve` as a process of its own. */
export class ServeProcess {
  output = "";
  private readonly child: ChildProcess;
  private readonly exited: Promise<number | null>;
  private waiters: (() => void)[] = [];

  constructor(args: readonly string[], environment: NodeJS.ProcessEnv = {}) {
    this.child = spawn(process.execPath, ["--require", "tsx/cjs", "local/serve.ts", ...args], {
      cwd: root,
      env: { ...process.env, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const take = (chunk: Buffer) => {
      this.output += chunk.toString();
      for (const look of this.waiters) look();
    };
    this.child.stdout?.on("data", take);
    this.child.stderr?.on("data", take);
    this.exited = once(this.child, "close").then(([code]) => {
      for (const look of this.waiters) look();
      return code as number | null;
    });
  }

  /** Resolves with what the pattern finds in the output; rejects when the process ends without it. */
  saying(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = pattern.exec(this.output);
        if (found) resolve(found);
        else if (this.child.exitCode !== null) reject(new Error(`It never said ${pattern}:\n${this.output}`));
      };
      this.waiters.push(look);
      look();
    });
  }

  async url(): Promise<string> {
    await this.saying(/Ctrl-C delivers/);
    const [, url = ""] = await this.saying(/Firehose +(http:\/\/127\.0\.0\.1:\d+),/);
    return url;
  }

  /** @returns the exit code */
  async end(signal: NodeJS.Signals = "SIGINT"): Promise<number | null> {
    this.child.kill(signal);
    return await this.exited;
  }

  /** @returns the exit code, when the process ends by itself */
  async ended(): Promise<number | null> {
    return await this.exited;
  }
}

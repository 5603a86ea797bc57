import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { ProcessFaults } from "./process-faults";

const project = join(__dirname, "..", "..");
const startMs = 60_000;

/** How a process ended by itself. */
export interface Ended {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly output: string;
}

/** `npm run serve` as a process of its own, with faults that can be switched while it runs. */
export class ServingProcess {
  private static readonly running = new Set<ServingProcess>();
  url = "";
  private output = "";
  private readonly child: ChildProcess;
  private readonly exited: Promise<number | null>;

  constructor(warehouse: string, args: readonly string[] = []) {
    const hooks = ["--require", "tsx/cjs", "--require", join(__dirname, "process-faults.ts")];
    const serve = ["local/serve.ts", "--no-generator", "--port", "0", "--warehouse", warehouse, ...args];
    this.child = spawn(process.execPath, [...hooks, ...serve], {
      cwd: project,
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    ServingProcess.running.add(this);
    this.exited = once(this.child, "close").then(([code]) => {
      ServingProcess.running.delete(this);
      return code as number | null;
    });
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.on("data", (chunk: Buffer) => (this.output += chunk.toString()));
  }

  /** Ends without waiting what a process leaves running that is about to exit. */
  static killAll(): void {
    for (const { child } of ServingProcess.running) child.kill("SIGKILL");
  }

  /** @throws Error with the output when it ends instead */
  async started(): Promise<this> {
    const ended = this.exited.then((code) => {
      throw new Error(`The server ended with ${String(code)} instead of starting:\n${this.output}`);
    });
    const overdue = AbortSignal.timeout(startMs);
    while (!this.output.includes("Ctrl-C delivers")) {
      await Promise.race([once(this.child.stdout!, "data", { signal: overdue }), ended]);
    }
    ended.catch(() => undefined);
    this.url = /Firehose +(http:\/\/127\.0\.0\.1:\d+),/.exec(this.output)?.[1] ?? "";
    return this;
  }

  async suffer(faults: ProcessFaults): Promise<void> {
    const changed = once(this.child, "message");
    this.child.send(faults);
    await Promise.race([changed, this.exited]);
  }

  async kill(): Promise<void> {
    this.child.kill("SIGKILL");
    await this.exited;
  }

  async interrupt(): Promise<Ended> {
    this.child.kill("SIGINT");
    return this.ended();
  }

  async ended(): Promise<Ended> {
    return { code: await this.exited, output: this.output };
  }
}

import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { unzipSync } from "fflate";
import { bundleFunction } from "../../functions/bundle-function";

/** What one invocation gave and what it took. */
export interface Invocation {
  readonly answer?: unknown;
  readonly error?: { readonly name: string; readonly message: string };
  /** By the function's own clock. */
  readonly tookMillis: number;
  readonly cpuMillis: number;
  /** Real time from the invocation until its first request left; NaN when none did. */
  readonly firstRequestMillis: number;
}

/** What the process reports when it has loaded the function. */
export interface Loaded {
  readonly loadMillis: number;
  readonly error?: { readonly name: string; readonly message: string };
}

/** What the process is asked for. */
export type Request =
  { readonly invoke: { readonly timeoutMillis: number } } | { readonly measureMemory: true };

/** The most memory that the process has had, in bytes. */
export interface Memory {
  readonly peakBytes: number;
}

export interface FunctionProcessOptions {
  readonly zip: Uint8Array;
  readonly environment: Readonly<Record<string, string>>;
  /** What the function's clock shows when it is loaded, in milliseconds since the Unix epoch. */
  readonly startMillis: number;
  /**
   * `virtual`: time stands still while a request is under way and otherwise jumps to the next timer, so that a run takes
   * exactly what its timers say. `waits-skipped`: time is real, but a wait for the next second is over at once, and
   * nothing else is added to the function's CPU time.
   */
  readonly time: FunctionTime;
}

export type FunctionTime = "virtual" | "waits-skipped";

/**
 * A deployment zip in a plain Node.js process, as Lambda has it: index.js alone in a folder, only Lambda's environment.
 * Date and timers are replaced before it is loaded.
 */
export class FunctionProcess {
  /** What the function wrote to stdout. */
  stdout = "";
  stderr = "";
  private readonly ended: Promise<never>;

  private constructor(
    private readonly child: ChildProcess,
    private readonly directory: string,
  ) {
    child.stdout?.on("data", (data) => (this.stdout += String(data)));
    child.stderr?.on("data", (data) => (this.stderr += String(data)));
    this.ended = once(child, "exit").then(() => {
      throw new Error(`the function's process has ended: ${this.stderr}`);
    });
    this.ended.catch(() => undefined);
  }

  static async start({
    zip,
    environment,
    startMillis,
    time,
  }: FunctionProcessOptions): Promise<[FunctionProcess, Loaded]> {
    const directory = mkdtempSync(join(tmpdir(), "function-"));
    for (const [name, bytes] of Object.entries(unzipSync(zip))) writeFileSync(join(directory, name), bytes);
    buildSync({
      entryPoints: [join(__dirname, "function-process-child.ts")],
      bundle: true,
      platform: "node",
      outfile: join(directory, "child.cjs"),
    });
    const child = fork(
      join(directory, "child.cjs"),
      [join(directory, "index.js"), String(startMillis), time],
      {
        env: { NODE_NO_WARNINGS: "1", ...environment },
        execArgv: [],
        cwd: directory,
        stdio: ["ignore", "pipe", "pipe", "ipc"],
      },
    );
    const started = new FunctionProcess(child, directory);
    return [started, await started.answer<Loaded>()];
  }

  /** One invocation on the process's clock. */
  async invoke(timeoutMillis: number): Promise<Invocation> {
    return this.ask<Invocation>({ invoke: { timeoutMillis } });
  }

  async memory(): Promise<Memory> {
    return this.ask<Memory>({ measureMemory: true });
  }

  async stop(): Promise<void> {
    const stopped = once(this.child, "close");
    this.child.kill();
    await stopped;
    rmSync(this.directory, { recursive: true });
  }

  private ask<T>(request: Request): Promise<T> {
    this.child.send(request);
    return this.answer<T>();
  }

  private async answer<T>(): Promise<T> {
    const [message] = (await Promise.race([once(this.child, "message"), this.ended])) as [T];
    return message;
  }
}

/** Where the tests and benchmarks find the function. */
export const dataGeneratorDirectory = join(__dirname, "../../functions/data-generator");

/** The data generator's zip as it is deployed. */
export const dataGeneratorZip = () => bundleFunction(dataGeneratorDirectory).zip;

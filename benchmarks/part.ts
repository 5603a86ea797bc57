import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";

export type Message = Readonly<Record<string, unknown>>;

/** A TypeScript program in a process of its own, which speaks with `report` and listens with `told`. */
export class Part {
  private readonly child: ChildProcess;

  /** @param program its absolute path */
  constructor(program: string, ...args: readonly string[]) {
    this.child = fork(program, args, {
      execArgv: ["--import", "tsx"],
      env: { ...process.env, NODE_NO_WARNINGS: "1" },
    });
  }

  /** @throws Error when it ends instead */
  async hear(): Promise<Message> {
    const ended = once(this.child, "exit").then(([code]) => {
      throw new Error(`${this.child.spawnargs.slice(-3).join(" ")} ended with code ${String(code)}`);
    });
    ended.catch(() => undefined);
    const [message] = (await Promise.race([once(this.child, "message"), ended])) as [Message];
    return message;
  }

  tell(): void {
    this.child.send("go");
  }

  end(): void {
    this.child.kill();
  }
}

/** Tells the benchmark; it started this process. */
export function report(message: Message): void {
  process.send?.(message);
}

/** Resolves at the benchmark's next word. */
export function told(): Promise<unknown> {
  return new Promise((resolve) => process.once("message", resolve));
}

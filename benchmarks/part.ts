import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";

export type Message = Readonly<Record<string, unknown>>;

/** A TypeScript program in a process of its own, which speaks with `report` and listens with `told`. */
export class Part {
  private readonly child: ChildProcess;
  private readonly ended: Promise<never>;

  /** @param program its absolute path */
  constructor(program: string, ...args: readonly string[]) {
    this.child = fork(program, args, {
      execArgv: ["--import", "tsx"],
      env: { ...process.env, NODE_NO_WARNINGS: "1" },
    });
    this.ended = once(this.child, "exit").then(([code]) => {
      throw new Error(`${program} ${args.join(" ")} ended with code ${String(code)}`);
    });
    this.ended.catch(() => undefined);
  }

  /** @throws Error when it ends instead */
  async hear(): Promise<Message> {
    const [message] = (await Promise.race([once(this.child, "message"), this.ended])) as [Message];
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

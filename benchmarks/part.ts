import { type ChildProcess, fork } from "node:child_process";
import { on, once } from "node:events";

export type Message = Readonly<Record<string, unknown>>;

/** A TypeScript program in a process of its own, which speaks with `report` and listens with `told`. */
export class Part {
  private readonly child: ChildProcess;
  /** Those that come before anybody listens wait. */
  private readonly messages: AsyncIterator<unknown>;
  private readonly ended: Promise<never>;
  private readonly kill = () => this.child.kill("SIGKILL");

  /** @param program its absolute path */
  constructor(program: string, ...args: readonly string[]) {
    this.child = fork(program, args, {
      execArgv: ["--import", "tsx"],
      env: { ...process.env, NODE_NO_WARNINGS: "1" },
    });
    // Before the folder is removed that it writes to.
    process.prependOnceListener("exit", this.kill);
    this.messages = on(this.child, "message");
    this.ended = once(this.child, "exit").then(([code]) => {
      process.off("exit", this.kill);
      throw new Error(`${program} ${args.join(" ")} ended with code ${String(code)}`);
    });
    this.ended.catch(() => undefined);
  }

  /** @throws Error when it ends instead */
  async hear(): Promise<Message> {
    const { value } = await Promise.race([this.messages.next(), this.ended]);
    const [message] = value as [Message];
    return message;
  }

  tell(): void {
    this.child.send("go");
  }

  end(): void {
    this.child.kill();
  }
}

// A part without its benchmark would wait, or serve, for ever.
if (process.send) process.once("disconnect", () => process.exit());

/** Tells the benchmark; it started this process. */
export function report(message: Message): void {
  process.send?.(message);
}

/** Resolves at the benchmark's next word. */
export function told(): Promise<unknown> {
  return new Promise((resolve) => process.once("message", resolve));
}

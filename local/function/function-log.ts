import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";

/** The log of a local function: a file in the warehouse, where AWS has a log group. */
export class FunctionLog {
  readonly path: string;
  private file: number | undefined;

  constructor(
    warehouse: string,
    functionName: string,
    private readonly options: {
      /** Adds to the file that is there. */
      readonly append: boolean;
      /** Shows the log there as well. */
      readonly echo?: NodeJS.WritableStream;
    },
  ) {
    this.path = join(warehouse, "logs", `${functionName}.log`);
  }

  /** Opens the file at the first text, so that a command which fails before leaves nothing behind. */
  readonly write = (text: string): void => {
    if (this.file === undefined) {
      mkdirSync(join(this.path, ".."), { recursive: true });
      this.file = openSync(this.path, this.options.append ? "a" : "w");
    }
    writeSync(this.file, text);
    this.options.echo?.write(text);
  };

  close(): void {
    if (this.file !== undefined) closeSync(this.file);
    this.file = undefined;
  }
}

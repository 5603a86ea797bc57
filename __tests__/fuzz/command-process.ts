/** Runs the entry files of commands again and again in one process, which `npm run` starts for each: far faster. */
import { createRequire } from "node:module";
import { join } from "node:path";

const root = join(__dirname, "..", "..");
const load = createRequire(__filename);

export interface CommandRequest {
  /** Below operations/. */
  readonly file: string;
  readonly args: readonly string[];
}
export interface CommandReply {
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

async function run({ file, args }: CommandRequest): Promise<CommandReply> {
  const entry = join(root, "operations", file);
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const)
    process[name].write = (text: string | Uint8Array) => {
      output[name] += String(text);
      return true;
    };
  process.exitCode = undefined;
  process.argv = [process.execPath, entry, ...args];
  // Once more; what it imports stays.
  Reflect.deleteProperty(load.cache, entry);
  load(entry);
  // Wrong usage is found before anything is waited for.
  while (!hasEnded()) await new Promise(setImmediate);
  const code = Number(process.exitCode);
  for (const signal of ["SIGINT", "SIGTERM"]) process.removeAllListeners(signal);
  process.stdout.removeAllListeners("error");
  return { code, ...output };
}

const hasEnded = () => process.exitCode !== undefined;

process.on("message", (request: CommandRequest) => {
  void run(request).then((reply) => process.send?.(reply));
});
process.on("disconnect", () => process.exit());

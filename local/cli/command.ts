import { Command, CommanderError, type OutputConfiguration } from "commander";
import { UserError } from "./user-error";

const wrongUsage = 2;

/** Exit codes as shells give them to a process that a signal ended. */
const signals = [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const;

/** A command line that reports wrong usage by throwing, so that `runCommand` decides how the process ends. */
export function createCommand(usage: string, description: string): Command {
  const output: OutputConfiguration = {
    outputError: (text, write) => {
      write(inBrief(text.replace(/^error: /, "")));
    },
  };
  return new Command(usage)
    .description(description)
    .helpOption("-h, --help", "Show this help")
    .configureHelp({ helpWidth: Math.min(process.stdout.columns || 100, 110) })
    .showHelpAfterError("\nRun with --help to see all options.")
    .configureOutput(output)
    .exitOverride();
}

/**
 * Runs a command to its end: exit code 0, 1 when it fails, 2 for wrong usage. An error is one message on stderr; the
 * environment variable DEBUG=1 adds where it comes from.
 */
export async function runCommand(command: Command, argv: readonly string[]): Promise<void> {
  process.stdout.on("error", exitOnClosedPipe);
  // An end by process.exit lets everything remove its temporary files; an end by a signal would not.
  for (const [signal, exitCode] of signals) process.once(signal, () => process.exit(exitCode));
  try {
    await command.parseAsync(argv, { from: "user" });
  } catch (error) {
    process.exitCode = report(error);
  }
}

/** `... | head` closes the pipe when it has enough: that is no failure. */
function exitOnClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
  process.exit();
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : wrongUsage;
  const isDebugging = process.env.DEBUG === "1";
  const message = error instanceof Error ? error.message : String(error);
  const detail = isDebugging && error instanceof Error ? error.stack : undefined;
  const isExpected = error instanceof UserError;
  const hint = isExpected || isDebugging ? "" : "\nDEBUG=1 shows where this comes from.";
  process.stderr.write(`${detail ?? inBrief(message)}${hint}\n`);
  return isExpected ? error.exitCode : 1;
}

const longestMessage = 4_000;

/** Leaves out the middle of what a message repeats of an endless value: what is wrong stands before and after it. */
function inBrief(message: string): string {
  const half = longestMessage / 2;
  if (message.length <= longestMessage) return message;
  return `${message.slice(0, half)} ... ${message.slice(-half)}`;
}

import { createInterface } from "node:readline/promises";
import { UsageError } from "../../local/cli/user-error";

/**
 * Asks before something is changed. Anything but yes is no.
 *
 * @param yes the --yes flag: answers for the user
 * @throws UsageError where nobody can answer
 */
export async function confirm(question: string, yes: boolean): Promise<boolean> {
  if (yes) return true;
  if (!process.stdin.isTTY) {
    throw new UsageError(`${question}\nNobody can answer here: run this in a terminal, or with --yes.`);
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}

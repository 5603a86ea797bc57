/** Tells in one message why there is no synthesis, with DEBUG=1 also where that comes from, and lets the process fail. */
export function failSynthesis(error: unknown): void {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const isDebugging = process.env.DEBUG === "1";
  process.stderr.write(
    isDebugging ? `${stack ?? message}\n` : `${message}\nDEBUG=1 shows where this comes from.\n`,
  );
  process.exitCode = 1;
}

/** One line that says what is being done. */
export interface ProgressLine {
  readonly show: (what: string) => void;
  /** Leaves nothing of it on a terminal. */
  readonly clear: () => void;
}

const toStartOfEmptyLine = "\r\u001b[2K";

/** On a terminal each line takes the place of the one before, with the seconds so far; elsewhere they are plain lines. */
export function showLines(
  stream: Pick<NodeJS.WriteStream, "isTTY" | "columns" | "write">,
  title: string,
): ProgressLine {
  const start = performance.now();
  if (!stream.isTTY) {
    return { show: (what) => void stream.write(`${title}: ${what}\n`), clear: () => undefined };
  }
  return {
    show(what) {
      const seconds = Math.round((performance.now() - start) / 1000);
      const line = `${title}: ${what} (${seconds} s)`;
      stream.write(toStartOfEmptyLine + line.slice(0, Math.max(20, stream.columns - 1)));
    },
    clear: () => void stream.write(toStartOfEmptyLine),
  };
}

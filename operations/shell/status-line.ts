/** One line that says how far long work is. */
export interface StatusLine {
  update(text: string): void;
  /** Takes the line away, so that the result can stand in its place. */
  clear(): void;
}

const clearLine = "\r\u001b[2K";

/** On a terminal one line that is overwritten; elsewhere a line for each text that differs from the one before. */
export function showStatus(stream: NodeJS.WriteStream): StatusLine {
  let shown = "";
  if (!stream.isTTY) {
    return {
      update: (text) => {
        if (text !== shown) stream.write(`${text}\n`);
        shown = text;
      },
      clear: () => undefined,
    };
  }
  return {
    update: (text) => {
      shown = text.slice(0, Math.max(20, stream.columns - 1));
      stream.write(`${clearLine}${shown}`);
    },
    clear: () => {
      if (shown !== "") stream.write(clearLine);
      shown = "";
    },
  };
}

import { SingleBar, Presets } from "cli-progress";

export interface Progress {
  /** @param detail what there is to say beside the bar */
  update(done: number, detail: string): void;
  stop(): void;
}

/** A bar on a terminal; elsewhere a line for about every tenth of the work. */
export function showProgress(stream: NodeJS.WriteStream, total: number, unit: string): Progress {
  if (stream.isTTY) {
    const format = `{bar} {value}/{total} ${unit}  {detail}`;
    const bar = new SingleBar(
      { format, stream, hideCursor: true, barsize: 30, clearOnComplete: true },
      Presets.shades_classic,
    );
    bar.start(total, 0, { detail: "" });
    return {
      update: (done, detail) => {
        bar.update(done, { detail });
      },
      stop: () => {
        bar.stop();
      },
    };
  }
  const step = Math.max(1, Math.ceil(total / 10));
  return {
    update: (done, detail) => {
      if (done % step === 0 || done === total) stream.write(`${done}/${total} ${unit}  ${detail}\n`);
    },
    stop: () => undefined,
  };
}

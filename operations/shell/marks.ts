import type { Ink } from "./ink";

/** How a check or a stage went: `open` could not be told, `none` did not apply. */
export type Mark = "good" | "bad" | "open" | "none";

const signs: Readonly<Record<Mark, readonly [sign: string, style: Parameters<Ink>[0]]>> = {
  good: ["ok", "green"],
  bad: ["FAIL", "red"],
  open: ["?", "yellow"],
  none: ["-", "dim"],
};

const width = Math.max(...Object.values(signs).map(([sign]) => sign.length));

/** A line of a report, with what there is to do below it. */
export function markedLine(
  mark: Mark,
  title: string,
  detail: string,
  fix: readonly string[],
  ink: Ink,
): string {
  const [sign, style] = signs[mark];
  const head = `${ink(style, sign.padEnd(width))}  ${title}: ${detail}`;
  const indent = " ".repeat(width + 2);
  return [head, ...fix.map((line) => `${indent}${ink("cyan", "->")} ${line}`)].join("\n");
}

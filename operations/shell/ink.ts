import { styleText } from "node:util";

type Style = Parameters<typeof styleText>[0];

/** Colours text, or leaves it as it is. */
export type Ink = (style: Style, text: string) => string;

const plain: Ink = (_, text) => text;

/** Colours for a terminal; none where the output goes elsewhere or NO_COLOR is set (https://no-color.org). */
export function inkFor(stream: { readonly isTTY?: boolean }, environment = process.env): Ink {
  const wantsNone = (environment.NO_COLOR ?? "") !== "" || environment.TERM === "dumb";
  return stream.isTTY && !wantsNone
    ? (style, text) => styleText(style, text, { validateStream: false })
    : plain;
}

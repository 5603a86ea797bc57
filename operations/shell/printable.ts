import { isUtf8 } from "node:buffer";

/** Letters that would move the cursor or change what a terminal shows, direction marks included. */
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Text that is safe to print: data decides nothing about the terminal. */
export function printable(text: string): string {
  return text.replaceAll(unprintable, (letter) => {
    const escaped = JSON.stringify(letter).slice(1, -1);
    return escaped === letter ? `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}` : escaped;
  });
}

/** A record's bytes as one line; what is not UTF-8 as base64. */
export function printableData(data: Uint8Array, most = Infinity): string {
  if (!isUtf8(data))
    return `${shorten(Buffer.from(data).toString("base64"), most)} (base64: it is not UTF-8)`;
  return shorten(printable(Buffer.from(data).toString("utf8").replace(/\n$/, "")), most);
}

export function shorten(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}...` : text;
}

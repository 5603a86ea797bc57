import { pipeline, type Readable } from "node:stream";
import { createGunzip } from "node:zlib";

/** One line of an object, from 1. */
export interface ObjectLine {
  readonly number: number;
  /** Undefined when the line is longer than a failed record can be. */
  readonly text: string | undefined;
}

/** A record has at most 1,000 KiB, which base64 makes a third larger; the rest is for what stands around it. */
const longestLineBytes = 4 * 1024 * 1024;

const newline = 0x0a;

/**
 * The lines of an object, plain or gzip, whatever its name says. Holds one chunk and one line in memory.
 *
 * @throws the stream's or zlib's error when the object cannot be read to its end
 */
export async function* objectLines(source: Readable): AsyncGenerator<ObjectLine> {
  let parts: Buffer[] = [];
  let length = 0;
  let number = 1;
  const line = (): ObjectLine => {
    const text = length > longestLineBytes ? undefined : Buffer.concat(parts).toString("utf8");
    parts = [];
    length = 0;
    return { number: number++, text };
  };
  const keep = (part: Buffer) => {
    length += part.length;
    // Of a line that is too long only the length goes on.
    if (length <= longestLineBytes) parts.push(part);
    else parts = [];
  };
  for await (const chunk of plainBytes(source)) {
    let start = 0;
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
      keep(chunk.subarray(start, end));
      yield line();
      start = end + 1;
    }
    keep(chunk.subarray(start));
  }
  if (length > 0) yield line();
}

async function* plainBytes(source: Readable): AsyncGenerator<Buffer> {
  const chunks = source[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let head = Buffer.alloc(0);
  while (head.length < 2) {
    const next = await chunks.next();
    if (next.done) break;
    head = Buffer.concat([head, next.value]);
  }
  if (head[0] !== 0x1f || head[1] !== 0x8b) {
    yield* rejoin(head, chunks);
    return;
  }
  // Errors of either side come out of the last stream.
  const gunzip = pipeline(rejoin(head, chunks), createGunzip(), () => undefined);
  yield* gunzip as AsyncIterable<Buffer>;
}

async function* rejoin(head: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  if (head.length > 0) yield head;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}

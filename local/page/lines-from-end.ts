import type { FileHandle } from "node:fs/promises";

const chunkBytes = 64 * 1024;
const newline = 0x0a;

/**
 * The lines of a file from the last to the first, without empty ones. Holds one chunk and one line in memory, and reads
 * no more than is asked for.
 *
 * @param sizeBytes of the file
 * @param limitBytes are read at most, from the end; a line that begins before them is left out
 */
export async function* linesFromEnd(
  file: FileHandle,
  sizeBytes: number,
  limitBytes: number,
): AsyncGenerator<Buffer> {
  const limit = Math.max(0, sizeBytes - limitBytes);
  let line: Buffer[] = [];
  for (let end = sizeBytes; end > limit;) {
    const start = Math.max(limit, end - chunkBytes);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(end - start), 0, end - start, start);
    const chunk = buffer.subarray(0, bytesRead);
    let lineEnd = chunk.length;
    while (lineEnd > 0) {
      const at = chunk.lastIndexOf(newline, lineEnd - 1);
      if (at === -1) break;
      const text = Buffer.concat([chunk.subarray(at + 1, lineEnd), ...line]);
      if (text.length > 0) yield text;
      line = [];
      lineEnd = at;
    }
    line.unshift(chunk.subarray(0, lineEnd));
    end = start;
  }
  const first = Buffer.concat(line);
  if (limit === 0 && first.length > 0) yield first;
}

import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import fc from "../../support/fast-check";
import { objectLines } from "../../../operations/errors/object-lines";

async function linesOf(...chunks: readonly Uint8Array[]) {
  const lines = [];
  for await (const line of objectLines(Readable.from(chunks.map((chunk) => Buffer.from(chunk)))))
    lines.push(line);
  return lines;
}

const texts = (lines: readonly { readonly text: string | undefined }[]) => lines.map(({ text }) => text);

it("gives the same lines however the bytes are cut, plain or gzip", async () => {
  const someLines = fc.array(
    fc.string({ unit: "grapheme" }).filter((text) => !/[\n\r]/.test(text)),
    { minLength: 1 },
  );
  await fc.assert(
    fc.asyncProperty(someLines, fc.boolean(), fc.integer({ min: 1, max: 7 }), async (lines, zipped, size) => {
      const text = Buffer.from(lines.map((line) => `${line}\n`).join(""));
      const bytes = zipped ? gzipSync(text) : text;
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) =>
        bytes.subarray(n * size, (n + 1) * size),
      );

      expect(texts(await linesOf(...chunks))).toEqual(lines);
    }),
  );
});

it("numbers lines from 1, takes a last one without its end, and makes none of nothing", async () => {
  expect(await linesOf(Buffer.from("a\n\nb"))).toEqual([
    { number: 1, text: "a" },
    { number: 2, text: "" },
    { number: 3, text: "b" },
  ]);
  expect(await linesOf()).toEqual([]);
});

it("reads several gzip members as one", async () => {
  expect(texts(await linesOf(Buffer.concat([gzipSync("a\n"), gzipSync("b\n")])))).toEqual(["a", "b"]);
});

it("gives no text of a line that is longer than any record, and goes on after it", async () => {
  const chunk = Buffer.alloc(1024 * 1024, "x");
  const lines = await linesOf(chunk, chunk, chunk, chunk, chunk, Buffer.from("\nnext\n"));

  expect(texts(lines)).toEqual([undefined, "next"]);
});

it("fails on gzip that breaks off", async () => {
  const whole = gzipSync("a\n".repeat(1000));

  await expect(linesOf(whole.subarray(0, whole.length - 10))).rejects.toThrow(/unexpected end/);
});

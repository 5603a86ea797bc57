import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import fc from "../support/fast-check";
import { readFailedRecord } from "../../operations/errors/failed-record";
import { objectLines, type ObjectLine } from "../../operations/errors/object-lines";

async function linesOf(bytes: Uint8Array, chunkSize = 7): Promise<ObjectLine[]> {
  const chunks = function* () {
    for (let at = 0; at < bytes.length; at += chunkSize)
      yield Buffer.from(bytes.subarray(at, at + chunkSize));
  };
  const lines = [];
  for await (const line of objectLines(Readable.from(chunks()))) lines.push(line);
  return lines;
}

it("reads any line as a failed record, or says why it is none", () => {
  const names = fc.constantFrom(
    "rawData",
    "RAW_DATA",
    "errorCode",
    "errorMessage",
    "attemptsMade",
    "__proto__",
  );
  const value = fc.oneof(fc.base64String(), fc.jsonValue());
  const recordLike = fc
    .array(fc.tuple(names, value))
    .map((fields) => `{${fields.map(([name, v]) => `"${name}":${JSON.stringify(v)}`).join()}}`);
  const lines = fc.oneof(recordLike, fc.json(), fc.string({ unit: "binary" }));

  fc.assert(
    fc.property(lines, (line) => {
      const record = readFailedRecord(line);
      if ("reason" in record) expect(record.reason).toMatch(/^it/);
      else {
        expect(Buffer.isBuffer(record.data)).toBe(true);
        expect([typeof record.errorCode, typeof record.errorMessage]).toEqual(["string", "string"]);
        for (const number of [record.attemptsMade, record.arrivalTimestamp, record.attemptEndingTimestamp])
          expect(number === undefined || Number.isFinite(number)).toBe(true);
      }
    }),
    { numRuns: 1_000 },
  );
});

it.each(["[", '{"rawData":', '{"a":{"b":['])("rejects a line of %j, nested a million times", (opening) => {
  expect(readFailedRecord(opening.repeat(1_000_000))).toEqual({ reason: "it is not JSON" });
});

it("reads any object to its end or fails with the reason, gzip or not", async () => {
  const gzipLike = fc
    .tuple(fc.uint8Array({ maxLength: 300 }), fc.nat(), fc.integer({ min: 0, max: 255 }))
    .map(([content, at, byte]) => {
      const packed = gzipSync(content);
      packed[2 + (at % (packed.length - 2))] = byte;
      return packed;
    });
  const objects = fc.oneof(fc.uint8Array({ maxLength: 300 }), gzipLike);

  await fc.assert(
    fc.asyncProperty(objects, fc.integer({ min: 1, max: 50 }), async (bytes, chunkSize) => {
      const lines = await linesOf(bytes, chunkSize).catch((error: unknown) => {
        expect([bytes[0], bytes[1]]).toEqual([0x1f, 0x8b]);
        expect(error).toMatchObject({ code: expect.stringMatching(/^Z_/) as string });
      });
      if (lines) expect(lines.map(({ number }) => number)).toEqual(lines.map((_, index) => index + 1));
    }),
    { numRuns: 500 },
  );
});

it("keeps nothing of a line that a small object unpacks to", async () => {
  const packed = gzipSync(Buffer.concat([Buffer.alloc(64 * 2 ** 20), Buffer.from("\nnext")]));
  expect(packed.length).toBeLessThan(100_000);

  expect(await linesOf(packed, 1024)).toEqual([
    { number: 1, text: undefined },
    { number: 2, text: "next" },
  ]);
});

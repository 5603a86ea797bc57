import fc from "../../support/fast-check";
import { cutIntoBatches } from "../../../functions/data-generator/record-batches";
import { putRecordBatchLimits } from "../../../pipeline/firehose-limits";

const { records: mostRecords, bytes: mostBytes, recordBytes } = putRecordBatchLimits;

const sizes = (batch: readonly Buffer[]) => batch.reduce((sum, { byteLength }) => sum + byteLength, 0);

describe("cutting records into batches", () => {
  it.each([
    [0, []],
    [1, [1]],
    [mostRecords, [mostRecords]],
    [mostRecords + 1, [mostRecords, 1]],
  ])("cuts %i small records into %j", (count, expected) => {
    const records = Array.from({ length: count }, () => Buffer.from("x"));

    expect(cutIntoBatches(records).map(({ length }) => length)).toEqual(expected);
  });

  it.each([
    ["exactly 4 MiB", [mostBytes / 2, mostBytes / 2], [2]],
    ["one byte more", [mostBytes / 2, mostBytes / 2, 1], [2, 1]],
  ])("takes %s into one batch at most", (_, byteLengths, expected) => {
    const records = byteLengths.map((byteLength) => Buffer.alloc(byteLength));

    expect(cutIntoBatches(records).map(({ length }) => length)).toEqual(expected);
  });

  it("counts bytes, not characters", () => {
    const records = Array.from({ length: 5 }, () => Buffer.from("é".repeat(recordBytes / 2)));

    expect(cutIntoBatches(records).map(({ length }) => length)).toEqual([4, 1]);
  });

  it("keeps every record, the order and both limits, and never cuts early", () => {
    const large = Buffer.alloc(recordBytes);
    const record = fc.oneof(
      { weight: 4, arbitrary: fc.nat(40) },
      { weight: 1, arbitrary: fc.integer({ min: recordBytes - 3, max: recordBytes }) },
    );
    fc.assert(
      fc.property(fc.array(record, { maxLength: 1600, size: "max" }), (byteLengths) => {
        const records = byteLengths.map((byteLength) => large.subarray(0, byteLength));

        const batches = cutIntoBatches(records);

        expect(batches.flat()).toEqual(records);
        batches.forEach((batch, index) => {
          expect(batch.length).toBeGreaterThan(0);
          expect(batch.length).toBeLessThanOrEqual(mostRecords);
          expect(sizes(batch)).toBeLessThanOrEqual(mostBytes);
          const [next] = batches[index + 1] ?? [];
          if (next)
            expect(batch.length === mostRecords || sizes(batch) + next.byteLength > mostBytes).toBe(true);
        });
      }),
      { numRuns: 50, seed: 1 },
    );
  });
});

import fc from "../../support/fast-check";
import type { DataFile } from "../../../local/iceberg/data-file";
import { filesWithNewest } from "../../../local/page/newest-files";

const fieldId = 2;

function long(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(value));
  return bytes;
}

/** A file with these values in the column, as its manifest would describe it. */
function file(path: string, values: readonly (number | null)[]): DataFile {
  const known = values.filter((value) => value !== null);
  const bounds = (pick: (...values: number[]) => number) =>
    new Map(known.length === 0 ? [] : [[fieldId, long(pick(...known))]]);
  const none = new Map<number, never>();
  return {
    path,
    recordCount: values.length,
    fileSizeBytes: 1,
    columns: {
      sizes: none,
      valueCounts: none,
      nullValueCounts: new Map([[fieldId, values.length - known.length]]),
      nanValueCounts: none,
      lowerBounds: bounds(Math.min),
      upperBounds: bounds(Math.max),
    },
  };
}

const chosen = (files: readonly DataFile[], rows: number) =>
  filesWithNewest(files, fieldId, rows).map(({ path }) => path);

it("leaves out files that can hold none of the greatest values, the greatest first", () => {
  const files = [file("old", [1, 2, 3]), file("newest", [8, 9]), file("late", [4, 4]), file("new", [5, 7])];
  expect(chosen(files, 2)).toEqual(["newest"]);
  expect(chosen(files, 3)).toEqual(["newest", "new"]);
});

it("keeps a file whose values reach among the greatest", () => {
  expect(chosen([file("wide", [1, 8]), file("newest", [7, 9])], 2)).toEqual(["newest", "wide"]);
});

it("keeps every file when there are too few values, and files that it knows nothing of", () => {
  const unknown = { ...file("unknown", []), recordCount: 5 };
  expect(chosen([file("nulls", [null, null]), file("one", [1])], 2)).toEqual(["one", "nulls"]);
  expect(chosen([unknown, file("old", [1]), file("new", [2])], 1)).toEqual(["new", "unknown"]);
  expect(chosen([], 2)).toEqual([]);
});

it("never leaves out one of the greatest values", () => {
  const value = fc.option(fc.integer({ min: -20, max: 20 }));
  fc.assert(
    fc.property(fc.array(fc.array(value, { minLength: 1 })), fc.integer({ min: 1, max: 30 }), (all, rows) => {
      const kept = filesWithNewest(
        all.map((values, index) => file(String(index), values)),
        fieldId,
        rows,
      ).flatMap(({ path }) => all[Number(path)] ?? []);
      const greatest = (values: readonly (number | null)[]) =>
        values
          .filter((one) => one !== null)
          .sort((a, b) => b - a)
          .slice(0, rows);
      expect(greatest(kept)).toEqual(greatest(all.flat()));
    }),
  );
});

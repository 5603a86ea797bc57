import type { ColumnType } from "../../pipeline/sensor-reading";

/** Whole numbers are bigint, so that a bound is exact over the whole range of a 64-bit integer. */
export type BoundValue = string | bigint | number | boolean;

/** Code points that are kept of a string bound, as Iceberg's default metrics mode `truncate(16)` does. */
const boundLength = 16;

/**
 * The binary form of one value.
 * https://iceberg.apache.org/spec/#binary-single-value-serialization (Appendix D)
 */
export function serializeSingleValue(type: ColumnType, value: BoundValue): Buffer {
  switch (type) {
    case "boolean":
      return Buffer.from([value ? 1 : 0]);
    case "long": {
      const bytes = Buffer.alloc(8);
      bytes.writeBigInt64LE(BigInt(value));
      return bytes;
    }
    case "double": {
      const bytes = Buffer.alloc(8);
      bytes.writeDoubleLE(Number(value));
      return bytes;
    }
    case "string":
      return Buffer.from(String(value), "utf8");
  }
}

/** A value no greater than any in the column. Undefined when the smallest value is NaN, which may not be a bound. */
export function lowerBound(type: ColumnType, smallest: BoundValue): Buffer | undefined {
  if (typeof smallest === "number") {
    if (Number.isNaN(smallest)) return undefined;
    // -0.0 precedes +0.0 (spec, "Column Metrics"), and the engine that found the smallest holds them equal.
    return serializeSingleValue(type, smallest === 0 ? -0 : smallest);
  }
  return serializeSingleValue(type, typeof smallest === "string" ? truncate(smallest) : smallest);
}

/** A value no smaller than any in the column. Undefined when there is none to write. */
export function upperBound(type: ColumnType, greatest: BoundValue): Buffer | undefined {
  if (typeof greatest === "number") {
    if (Number.isNaN(greatest)) return undefined;
    return serializeSingleValue(type, greatest === 0 ? 0 : greatest);
  }
  const bound = typeof greatest === "string" ? truncateUp(greatest) : greatest;
  return bound === undefined ? undefined : serializeSingleValue(type, bound);
}

function truncate(text: string): string {
  return [...text].slice(0, boundLength).join("");
}

/** The shortest text of at most 16 code points that sorts after every text with the same first 16. */
function truncateUp(text: string): string | undefined {
  const points = [...text];
  if (points.length <= boundLength) return text;
  for (let last = boundLength - 1; last >= 0; last--) {
    const next = nextCodePoint(points[last]?.codePointAt(0) ?? 0);
    if (next !== undefined) return points.slice(0, last).join("") + String.fromCodePoint(next);
  }
  return undefined;
}

/** Surrogates (D800 to DFFF) are no characters: UTF-8 cannot hold them. */
function nextCodePoint(point: number): number | undefined {
  if (point === 0x10ffff) return undefined;
  return point === 0xd7ff ? 0xe000 : point + 1;
}

import fc from "../../support/fast-check";
import { lowerBound, serializeSingleValue, upperBound } from "../../../local/iceberg/single-value";

describe("serializeSingleValue", () => {
  test.each([
    ["boolean", false, "00"],
    ["boolean", true, "01"],
    ["long", 1n, "0100000000000000"],
    ["long", -2n, "feffffffffffffff"],
    ["long", 9_007_199_254_740_993n, "0100000000002000"],
    ["long", 2n ** 63n - 1n, "ffffffffffffff7f"],
    ["long", -(2n ** 63n), "0000000000000080"],
    ["double", 1, "000000000000f03f"],
    ["double", -0, "0000000000000080"],
    ["double", -Infinity, "000000000000f0ff"],
    ["string", "", ""],
    ["string", "iceberg", "69636562657267"],
    ["string", "žluť", "c5be6c75c5a5"],
    ["string", "😀", "f09f9880"],
  ] as const)("writes %s %p as %s", (type, value, hex) => {
    expect(serializeSingleValue(type, value).toString("hex")).toBe(hex);
  });
});

describe("bounds", () => {
  const text = (bytes: Buffer | undefined) => bytes?.toString("utf8");

  test("keep strings of up to 16 code points whole", () => {
    const sixteen = "😀".repeat(16);
    expect(text(lowerBound("string", sixteen))).toBe(sixteen);
    expect(text(upperBound("string", sixteen))).toBe(sixteen);
  });

  test("cut longer strings, and round the upper bound up", () => {
    expect(text(lowerBound("string", "abcdefghijklmnopq"))).toBe("abcdefghijklmnop");
    expect(text(upperBound("string", "abcdefghijklmnopq"))).toBe("abcdefghijklmnoq");
  });

  test.each([
    ["never split a character", "é".repeat(15) + "😀z", "é".repeat(15) + "😁"],
    ["step over the surrogates", "a".repeat(15) + "\u{d7ff}z", "a".repeat(15) + "\u{e000}"],
    ["carry past the last code point", "a".repeat(14) + "b\u{10ffff}z", "a".repeat(14) + "c"],
  ])("%s", (_title, greatest, bound) => {
    expect(text(upperBound("string", greatest))).toBe(bound);
  });

  test("leave out an upper bound when nothing sorts higher", () => {
    expect(upperBound("string", "\u{10ffff}".repeat(17))).toBeUndefined();
  });

  test("hold both zeros, whichever of them was found", () => {
    const negative = "0000000000000080";
    const positive = "0000000000000000";
    for (const zero of [0, -0]) {
      expect(lowerBound("double", zero)?.toString("hex")).toBe(negative);
      expect(upperBound("double", zero)?.toString("hex")).toBe(positive);
    }
  });

  test("are never NaN", () => {
    expect(lowerBound("double", NaN)).toBeUndefined();
    expect(upperBound("double", NaN)).toBeUndefined();
  });

  test("enclose every string, in the order of UTF-8 bytes", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 40 }), (value) => {
        const bytes = Buffer.from(value, "utf8");
        const lower = lowerBound("string", value)!;
        const upper = upperBound("string", value);
        expect(Buffer.compare(lower, bytes)).toBeLessThanOrEqual(0);
        if (upper !== undefined) expect(Buffer.compare(upper, bytes)).toBeGreaterThanOrEqual(0);
        for (const bound of [lower, upper ?? lower]) {
          const decoded = new TextDecoder("utf-8", { fatal: true }).decode(bound);
          expect([...decoded].length).toBeLessThanOrEqual(16);
        }
      }),
    );
  });
});

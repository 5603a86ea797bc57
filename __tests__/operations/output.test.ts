import { inkFor } from "../../operations/shell/ink";
import { printable, printableData } from "../../operations/shell/printable";
import { bytes, usd } from "../../operations/shell/amounts";

it.each([
  ["colours a terminal", { isTTY: true }, {}, "\u001b[31mx\u001b[39m"],
  ["leaves a file or a pipe alone", {}, {}, "x"],
  ["leaves a terminal alone that wants no colours", { isTTY: true }, { NO_COLOR: "1" }, "x"],
  ["leaves a terminal alone that knows none", { isTTY: true }, { TERM: "dumb" }, "x"],
])("%s", (_, stream, environment, text) => {
  expect(inkFor(stream, environment)("red", "x")).toBe(text);
});

it("prints nothing that a terminal would obey", () => {
  expect(printable("a\u001b[2Jb\rc\u202ed\u2028e\u0007é😀")).toBe(
    "a\\u001b[2Jb\\rc\\u202ed\\u2028e\\u0007é😀",
  );
});

it("shows bytes that are no text as base64, and says so", () => {
  expect(printableData(Buffer.from([0xff, 0x00]))).toBe("/wA= (base64: it is not UTF-8)");
});

it.each([
  [0, "$0.00", "0 B"],
  [0.0001, "< $0.01", "0 B"],
  [12.345, "$12.35", "12 B"],
  [1234.5, "$1,235", "1.2 KB"],
  [123_456_789, "$123,456,789", "123.5 MB"],
])("writes %d as %s and as %s", (value, money, size) => {
  expect([usd(value), bytes(value)]).toEqual([money, size]);
});

import { formatCsv, formatTable } from "../../../local/cli/table";

const columns = [{ name: "name" }, { name: "count", isNumber: true }];

describe("a table", () => {
  test("has its numbers to the right and its text to the left", () => {
    expect(
      formatTable(columns, [
        ["a", 5],
        ["longer", 1000],
      ]),
    ).toBe(
      [
        "┌────────┬───────┐",
        "│ name   │ count │",
        "├────────┼───────┤",
        "│ a      │     5 │",
        "│ longer │  1000 │",
        "└────────┴───────┘",
      ].join("\n"),
    );
  });

  test("shows null as nothing and structures as JSON", () => {
    expect(formatTable(columns, [[null, { a: [1] }]])).toContain('│      │ {"a":[1]} │');
  });

  test.each([
    ["an escape sequence", "\u001b[31mred", "\\u001b[31mred"],
    ["a line break", "a\nb", "a\\nb"],
    ["a C1 control", "a\u009bb", "a\\u009bb"],
    ["a change of direction", "a\u202eb", "a\\u202eb"],
  ])("shows %s as text", (_what, hostile, shown) => {
    const text = formatTable([{ name: "x" }], [[hostile]]);

    expect(text).toContain(shown);
    expect(text.split("\n")).toHaveLength(5);
    expect(text).not.toContain(hostile);
  });
});

describe("CSV", () => {
  test.each([
    ["a comma", "a,b", '"a,b"'],
    ["a quote", 'a"b', '"a""b"'],
    ["a line break", "a\nb", '"a\nb"'],
    ["nothing", null, ""],
    ["an empty text", "", '""'],
    ["a number", 1.5, "1.5"],
    ["a structure", { a: 1 }, '"{""a"":1}"'],
  ])("holds %s", (_what, cell, field) => {
    expect(formatCsv([{ name: "x" }], [[cell]])).toBe(`x\r\n${field}\r\n`);
  });
});

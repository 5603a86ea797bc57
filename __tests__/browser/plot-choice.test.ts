import type { Answer, Value } from "../../local/page/api";
import { plotChoice, position } from "../../local/page/browser/plot-choice";

/** @param columns `name type` */
function answer(columns: readonly string[], rows: readonly (readonly Value[])[]): Answer {
  const split = columns.map((column) => {
    const [name = "", ...type] = column.split(" ");
    return { name, type: type.join(" ") };
  });
  return { columns: split, rows, truncated: false, elapsedMs: 1 };
}

const many = Array.from({ length: 61 }, (_, n) => n);

describe("the plot of a result", () => {
  it("has bars where a text tells few rows apart, averages before counts", () => {
    const rows = [
      ["Kyoto", 3, 20.5],
      ["Lima", 4, 19.5],
    ];
    expect(plotChoice(answer(["location varchar", "readings bigint", "average double"], rows))).toEqual({
      kind: "bars",
      by: 0,
      values: [2, 1],
    });
  });

  it.each([
    ["whole numbers", "minute bigint", [1, 2, 4]],
    ["fractions", "minute double", [0.5, 1.5, 1.75]],
    ["days", "day date", ["2026-01-31", "2026-02-01", "2026-02-02"]],
    ["times", "at timestamp", ["2026-01-01 00:00:09.5", "2026-01-01 00:00:10", "2026-01-01 00:01:00"]],
    [
      "times with their zone",
      "at timestamp with time zone",
      ["2026-01-01 00:00:00.000 UTC", "2026-01-01 00:01:00.000 UTC", "2026-01-01 00:02:00.000 UTC"],
    ],
  ])("has a line along %s that rise", (_, column, values) => {
    const rows = values.map((value, n) => [value, 20 - n]);
    expect(plotChoice(answer([column, "average double"], rows))).toEqual({
      kind: "line",
      by: 0,
      values: [1],
    });
  });

  it("has a line of more rows than there is room for bars", () => {
    const rows = many.map((n) => [n, n % 7]);
    expect(plotChoice(answer(["minute bigint", "average double"], rows))).toMatchObject({ kind: "line" });
  });

  it("has bars for times in no order", () => {
    const rows = [
      ["2026-02-01", 1.5],
      ["2026-01-01", 2.5],
    ];
    expect(plotChoice(answer(["day date", "average double"], rows))).toMatchObject({ kind: "bars", by: 0 });
  });

  it.each<[string, readonly string[], Value[][]]>([
    ["one row", ["minute bigint", "average double"], [[1, 2]]],
    [
      "a number that stays the same",
      ["minute bigint", "average double"],
      [
        [1, 9],
        [1, 8],
      ],
    ],
    [
      "a number that is missing at the start",
      ["minute bigint", "average double"],
      [
        [null, 9],
        [1, 8],
      ],
    ],
    ["nothing to measure", ["minute bigint"], [[1], [2]]],
    [
      "values that are missing",
      ["minute bigint", "average double"],
      [
        [1, null],
        [2, 8],
      ],
    ],
    ["more names than there is room for", ["name varchar", "average double"], many.map((n) => [`${n}`, n])],
  ])("has none for %s", (_, columns, rows) => {
    expect(plotChoice(answer(columns, rows))).toBeUndefined();
  });

  it("lays times on the axis in seconds, in UTC", () => {
    expect(position("timestamp", "1970-01-01 00:01:00.500")).toBe(60.5);
    expect(position("timestamp with time zone", "1970-01-01 00:01:00.000 UTC")).toBe(60);
    expect(position("date", "1970-01-02")).toBe(86_400);
    expect(position("varchar", "1970-01-02")).toBeNaN();
  });
});

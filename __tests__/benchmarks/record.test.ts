import { summarize, type Figure } from "../../benchmarks/harness";
import { compare, missedTargets, passes, type Results } from "../../benchmarks/record";

const results = (samples: readonly number[], changes: Partial<Figure> = {}): Results => ({
  query: [summarize({ name: "against plain DuckDB", unit: "ratio", samples, ...changes })],
});

describe("compare", () => {
  const recorded = results([1, 1.2, 1.4]);

  it("lets a ratio be half as much again as the largest recorded one", () => {
    expect(compare(results([2.09]), recorded)).toEqual({
      compared: 1,
      regressions: [],
      unknown: [],
      missing: [],
    });
  });

  it("rejects a ratio beyond that", () => {
    const { regressions } = compare(results([2.2]), recorded);

    expect(regressions).toEqual([
      {
        benchmark: "query",
        figure: "against plain DuckDB",
        median: 2.2,
        recorded: 1.2,
        limit: expect.closeTo(2.1) as number,
      },
    ]);
  });

  it("rejects anything beyond the record where machines make no difference", () => {
    const exact = { isExact: true };
    expect(compare(results([1.41], exact), results([1.4], exact)).regressions).toHaveLength(1);
    expect(compare(results([1.4], exact), results([1.4], exact)).regressions).toHaveLength(0);
  });

  it("rejects a ratio that is not a number", () => {
    expect(compare(results([Number.NaN]), recorded).regressions).toHaveLength(1);
  });

  it("rejects anything at all where nothing was recorded to be lost", () => {
    expect(compare(results([0.001]), results([0])).regressions).toHaveLength(1);
    expect(compare(results([0]), results([0])).regressions).toHaveLength(0);
  });

  it("leaves times alone: they are the machine's", () => {
    const comparison = compare(results([900], { unit: "ms" }), results([1], { unit: "ms" }));

    expect(comparison).toEqual({ compared: 0, regressions: [], unknown: [], missing: [] });
  });

  it("rejects a ratio that was never recorded, and names it and the one in whose place it came", () => {
    const comparison = compare(results([1], { name: "another" }), recorded);

    expect(comparison).toEqual({
      compared: 0,
      regressions: [],
      unknown: ["query: another"],
      missing: ["query: against plain DuckDB"],
    });
  });

  it("rejects a recorded ratio that a benchmark which ran did not give", () => {
    const { missing } = compare({ query: [] }, recorded);

    expect(missing).toEqual(["query: against plain DuckDB"]);
  });

  it("rejects a recorded ratio that is given in another unit now", () => {
    expect(compare(results([1], { unit: "ms" }), recorded).missing).toEqual(["query: against plain DuckDB"]);
  });

  it("does not miss the ratios of benchmarks that did not run", () => {
    expect(compare({}, recorded).missing).toEqual([]);
  });
});

it("names figures that miss their targets", () => {
  expect(missedTargets(results([1, 2, 3], { most: 1.5 }))).toEqual(["query: against plain DuckDB"]);
  expect(missedTargets(results([1, 2, 3], { most: 2 }))).toEqual([]);
});

describe("passes", () => {
  const regression = { benchmark: "query", figure: "x", median: 4, recorded: 1, limit: 1.5 };
  const clean = { compared: 1, regressions: [], unknown: [], missing: [] };

  it("takes a comparison of all ratios, none of them far above", () => {
    expect(passes(clean)).toBe(true);
  });

  it.each([
    ["a regression", { regressions: [regression] }],
    ["an unknown ratio", { unknown: ["query: x"] }],
    ["a missing ratio", { missing: ["query: x"] }],
  ])("rejects %s", (_, changes) => {
    expect(passes({ ...clean, ...changes })).toBe(false);
  });
});

import { summarize, type Figure } from "../../benchmarks/harness";
import { compare, type Results } from "../../benchmarks/record";

const results = (samples: readonly number[], changes: Partial<Figure> = {}): Results => ({
  query: [summarize({ name: "against plain DuckDB", unit: "ratio", samples, ...changes })],
});

describe("compare", () => {
  const recorded = results([1, 1.2, 1.4]);

  it("lets a ratio be half as much again as the largest recorded one", () => {
    expect(compare(results([2.09]), recorded)).toEqual({ compared: 1, regressions: [], unknown: [] });
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

  it("rejects a ratio that is not a number", () => {
    expect(compare(results([Number.NaN]), recorded).regressions).toHaveLength(1);
  });

  it("rejects anything at all where nothing was recorded to be lost", () => {
    expect(compare(results([0.001]), results([0])).regressions).toHaveLength(1);
    expect(compare(results([0]), results([0])).regressions).toHaveLength(0);
  });

  it("leaves times alone: they are the machine's", () => {
    const comparison = compare(results([900], { unit: "ms" }), results([1], { unit: "ms" }));

    expect(comparison).toEqual({ compared: 0, regressions: [], unknown: [] });
  });

  it("names a ratio that was never recorded", () => {
    expect(compare(results([1], { name: "another" }), recorded)).toEqual({
      compared: 0,
      regressions: [],
      unknown: ["query: another"],
    });
  });
});

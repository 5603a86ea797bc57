import { alternate, median, ratios, summarize } from "../../benchmarks/harness";

describe("median", () => {
  it.each([
    [[3], 3],
    [[9, 1, 5], 5],
    [[4, 1, 3, 2], 2.5],
  ])("of %j is %d", (samples, expected) => {
    expect(median(samples)).toBe(expected);
  });

  it("fails without samples", () => {
    expect(() => median([])).toThrow(new RangeError("there are no samples"));
  });
});

describe("summarize", () => {
  const figure = { name: "time", unit: "ms", samples: [5, 1, 9] } as const;

  it("gives the median and the spread", () => {
    expect(summarize(figure)).toEqual({
      name: "time",
      unit: "ms",
      median: 5,
      min: 1,
      max: 9,
      runs: 3,
      met: undefined,
    });
  });

  it.each([
    [5, true],
    [4.9, false],
  ])("holds the median against a target of %d", (most, met) => {
    expect(summarize({ ...figure, most }).met).toBe(met);
  });
});

describe("alternate", () => {
  it("runs the variants in turn, each first every other round, and throws the warm-up away", async () => {
    const order: string[] = [];
    const variant = (name: string) => () => Promise.resolve(order.push(name));
    const lines: string[] = [];

    const samples = await alternate(
      { a: variant("a"), b: variant("b") },
      { warmUp: 1, runs: 2, progress: (line) => lines.push(line) },
    );

    expect(order).toEqual(["a", "b", "b", "a", "a", "b"]);
    expect(samples).toEqual({ a: [4, 5], b: [3, 6] });
    expect(lines).toEqual(["warm-up", "run 1 of 2", "run 2 of 2"]);
  });
});

describe("ratios", () => {
  it("compares the samples of the same round", () => {
    expect(ratios([2, 9], [1, 3])).toEqual([2, 3]);
  });
});

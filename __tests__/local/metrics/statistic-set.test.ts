import { datapoints, merged, periodStart, singleValue } from "../../../local/metrics/statistic-set";

const minute = 60_000;
const start = Date.parse("2026-01-01T00:00:00Z");

describe("periodStart", () => {
  it("counts periods from the epoch, as CloudWatch does", () => {
    expect(periodStart(start + 299_999, 300)).toBe(start);
    expect(periodStart(start + 300_000, 300)).toBe(start + 300_000);
    expect(periodStart(start + 3_600_000, 86_400)).toBe(start);
  });
});

describe("datapoints", () => {
  const sets = [
    singleValue(start, 10),
    merged(singleValue(start + minute, 2), singleValue(start + minute, 4)),
    singleValue(start + 5 * minute, 7),
  ];
  const all = { startMs: start, endMs: start + 10 * minute };

  it.each([
    ["Sum", [16, 7]],
    ["Maximum", [10, 7]],
    // Of the samples, not of the minutes.
    ["Average", [16 / 3, 7]],
  ] as const)("makes one %s of each period that has values", (statistic, values) => {
    const points = datapoints(sets, { ...all, periodSeconds: 300, statistic });
    expect(points).toEqual([
      { start, value: values[0] },
      { start: start + 5 * minute, value: values[1] },
    ]);
  });

  it("has no point for a period without values", () => {
    const points = datapoints(sets, { ...all, periodSeconds: 60, statistic: "Sum" });
    expect(points.map((point) => (point.start - start) / minute)).toEqual([0, 1, 5]);
  });

  it("begins with the period that the start lies in, and ends before the end", () => {
    const query = { periodSeconds: 60, statistic: "Sum" } as const;
    expect(datapoints(sets, { ...query, startMs: start + 90_000, endMs: start + 5 * minute })).toEqual([
      { start: start + minute, value: 6 },
    ]);
  });

  it("takes sets in any order", () => {
    const query = { ...all, periodSeconds: 60, statistic: "Sum" } as const;
    expect(datapoints([...sets].reverse(), query)).toEqual(datapoints(sets, query));
  });
});

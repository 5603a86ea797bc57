import { summarize } from "../../benchmarks/harness";
import type { Machine } from "../../benchmarks/machine";
import { page, verdict } from "../../benchmarks/report";

const machine: Machine = {
  processor: "Some CPU",
  cores: 2,
  memoryGib: 24,
  system: "linux 6.1",
  node: "v20.19.0",
  packages: { cdktf: "0.21.0" },
};

describe("page", () => {
  const text = page(
    {
      date: "2026-01-02",
      machine,
      results: {
        query: [
          summarize({ name: "session|plain", unit: "ratio", samples: [1, 2, 3], most: 1.5 }),
          summarize({ name: "four queries", unit: "ms", samples: [120] }),
        ],
      },
    },
    [
      { name: "query", description: "the four queries", method: "Each is asked twice." },
      { name: "day", description: "not run" },
    ],
  );

  it("names the machine and the versions", () => {
    expect(text).toContain(
      "Run on 2026-01-02: Some CPU, 2 cores, 24 GiB, linux 6.1, Node.js v20.19.0; cdktf 0.21.0.",
    );
  });

  it("says which targets are missed", () => {
    expect(text).toContain("| session\\|plain [ratio] | 2.00 | 1.00 | 3.00 | 3 | 1.50 | missed |");
    expect(text).toContain("| four queries [ms] | 120 | 120 | 120 | 1 |  |  |");
  });

  it("leaves out what was not run", () => {
    expect(text).toContain("## query\n\nThe four queries.\n\nEach is asked twice.\n\n|");
    expect(text).not.toContain("## day");
  });
});

describe("verdict", () => {
  it("lists what is far above the record", () => {
    const regressions = [{ benchmark: "query", figure: "x", median: 4, recorded: 1, limit: 1.5 }];

    expect(
      verdict({ compared: 3, regressions, unknown: ["day: y"], missing: ["serve: z"] }, ["day: a"]),
    ).toBe(
      [
        "query: x: 4.00, recorded 1.00, at most 1.50 allowed",
        "day: y: not recorded, so not compared",
        "serve: z: recorded, but missing from this run",
        "day: a: misses its target in this run",
        "1 of 3 ratios are far above the recorded ones.",
        "Could not be compared: 2.",
      ].join("\n"),
    );
  });

  it("says when nothing is", () => {
    expect(verdict({ compared: 3, regressions: [], unknown: [], missing: [] })).toBe(
      "3 ratios are near the recorded ones.",
    );
  });
});

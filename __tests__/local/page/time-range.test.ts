import { rangeProblem, windowAt } from "../../../local/page/time-range";

const day = 86_400_000;
const now = Date.parse("2026-03-01T12:00:00Z");

describe("windowAt", () => {
  it("moves the time before now along with it, now included", () => {
    expect(windowAt({ seconds: 900 }, now)).toEqual({
      fromMs: now - 900_000,
      toMs: now + 1,
      reachSeconds: 900,
    });
  });

  it("leaves a time between two moments where it is, however far back that comes to be", () => {
    const range = { startMs: now - 60_000, endMs: now };
    expect(windowAt(range, now + day)).toEqual({ fromMs: now - 60_000, toMs: now, reachSeconds: 86_460 });
  });
});

describe("rangeProblem", () => {
  it.each([
    ["a minute", now - 60_000, now],
    ["all that charts reach back to", now - 14 * day, now],
    ["a millisecond", now - 2, now - 1],
  ])("has none with %s", (_which, startMs, endMs) => {
    expect(rangeProblem({ startMs, endMs }, now)).toBeUndefined();
  });

  it.each([
    ["begins now", now, now + 1, "start", "in the past"],
    ["begins later than now", now + 2, now + 1, "start", "in the past"],
    ["begins too long ago", now - 14 * day - 1, now, "start", "14 days ago"],
    ["ends where it begins", now - 1, now - 1, "end", "after the start"],
    ["ends before it begins", now - 1, now - 2, "end", "after the start"],
    ["ends later than now", now - 1, now + 1, "end", "in the future"],
  ])("rejects a range that %s", (_which, startMs, endMs, edge, message) => {
    const problem = rangeProblem({ startMs, endMs }, now);
    expect(problem).toEqual({ edge, message: expect.stringContaining(message) });
  });
});

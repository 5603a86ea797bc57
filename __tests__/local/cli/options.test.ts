import { readInstant, stackNameOption, wholeNumber } from "../../../local/cli/options";

describe("a time", () => {
  test.each([
    ["2026-01-01", "2026-01-01T00:00:00.000Z"],
    ["2026-01-01T00:05:00Z", "2026-01-01T00:05:00.000Z"],
    ["2026-01-01T00:05", "2026-01-01T00:05:00.000Z"],
    ["2026-01-01 00:05", "2026-01-01T00:05:00.000Z"],
    ["2026-01-01 00:05:07", "2026-01-01T00:05:07.000Z"],
    ["2026-01-01 00:05:07.250 UTC", "2026-01-01T00:05:07.250Z"],
    ["2026-01-01T01:05+01:00", "2026-01-01T00:05:00.000Z"],
    ["2026-01-01 00:05 -02:30", "2026-01-01T02:35:00.000Z"],
  ])("%s is read, as UTC unless it says otherwise", (text, iso) => {
    expect(new Date(readInstant(text)).toISOString()).toBe(iso);
  });

  test.each([
    "",
    "now",
    "2026",
    "2026-13-01",
    "2026-02-30",
    "2026-01-01 25:00",
    "1767225600",
    "2026-01-01 00:05 CET",
  ])("rejects %j", (text) => {
    expect(() => readInstant(text)).toThrow("It must be a time such as");
  });
});

describe("a whole number", () => {
  const minutes = wholeNumber(1, 10_000);

  test.each([
    ["1", 1],
    ["10000", 10_000],
  ])("%s is read", (text, value) => {
    expect(minutes(text)).toBe(value);
  });

  test.each(["0", "10001", "-1", "1.5", "1e3", "", " 5", "ten", "99999999999999999999"])(
    "rejects %j",
    (text) => {
      expect(() => minutes(text)).toThrow("whole number from 1 to 10,000");
    },
  );
});

describe("a stack name", () => {
  test("is taken when every name derived from it is good", () => {
    expect(stackNameOption().parseArg?.("my-stack-2", "")).toBe("my-stack-2");
  });

  test.each(["Stack", "a", "my_stack", "aws-stack", "-x-", "x".repeat(50)])("rejects %j", (name) => {
    expect(() => stackNameOption().parseArg?.(name, "")).toThrow("stack_name m");
  });
});

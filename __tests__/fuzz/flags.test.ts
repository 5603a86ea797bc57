import { CommanderError, InvalidArgumentError } from "commander";
import fc from "../support/fast-check";
import { closest } from "../../local/cli/closest";
import { readInstant, stackNameOption, wholeNumber } from "../../local/cli/options";
import { UsageError } from "../../local/cli/user-error";
import { faultKinds, parseFaults } from "../../local/firehose/faults";
import { queryCommand } from "../../local/query/query-command";
import { positiveNumber, readRegion } from "../../operations/shell/options";

/** The value, or the error if it is one that a command shows as wrong usage; any other error goes on. */
function reading<T>(read: () => T): T | Error {
  try {
    return read();
  } catch (error) {
    if (
      error instanceof InvalidArgumentError ||
      error instanceof UsageError ||
      error instanceof CommanderError
    )
      return error;
    throw error;
  }
}

const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.stringMatching(/^[-+0-9eEx._:TZ, =]{0,30}$/),
);

it("reads a whole number within its range, or rejects the text", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const value = reading(() => wholeNumber(3, 1_000)(text));
      if (value instanceof Error) return;
      expect(Number.isInteger(value) && value >= 3 && value <= 1_000).toBe(true);
    }),
    { numRuns: 1_000 },
  );
});

it("reads a number above zero, or rejects the text", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const value = reading(() => positiveNumber(text));
      if (!(value instanceof Error)) expect(value).toBeGreaterThan(0);
    }),
    { numRuns: 1_000 },
  );
});

it("reads a time that is one, or rejects the text", () => {
  const part = fc.nat(99).map((n) => String(n).padStart(2, "0"));
  const timeLike = fc
    .tuple(fc.nat(9999), part, part, part, part, part, fc.constantFrom("", "Z", " UTC", "+99:99", "-00:00"))
    .map(
      ([year, month, day, hour, minute, second, zone]) =>
        `${String(year).padStart(4, "0")}-${month}-${day}T${hour}:${minute}:${second}${zone}`,
    );
  fc.assert(
    fc.property(fc.oneof(anyText, timeLike), (text) => {
      const value = reading(() => readInstant(text));
      if (!(value instanceof Error)) expect(Number.isFinite(value)).toBe(true);
    }),
    { numRuns: 1_000 },
  );
});

it("reads rates of faults from 0 to 1, or rejects the list with what is allowed", () => {
  const rate = fc.oneof(fc.double({ min: -1, max: 2 }).map(String), anyText);
  const list = fc
    .array(fc.tuple(fc.oneof(fc.constantFrom(...faultKinds), anyText), rate), { maxLength: 4 })
    .map((parts) => parts.map((part) => part.join("=")).join());
  fc.assert(
    fc.property(fc.oneof(list, anyText), fc.integer(), (text, seed) => {
      const faults = reading(() => parseFaults(text, seed));
      if (faults instanceof Error) expect(faults.message).toContain("Allowed are throttle, partial");
      else expect(faultKinds.map((kind) => typeof faults[kind]())).toEqual(faultKinds.map(() => "boolean"));
    }),
    { numRuns: 1_000 },
  );
});

it("takes for a stack's name or a Region only what may stand in an ARN", () => {
  fc.assert(
    fc.property(fc.oneof(anyText, fc.stringMatching(/^[a-zA-Z0-9-]{1,60}$/)), (text) => {
      const name = reading(() => stackNameOption().parseArg!<unknown>(text, ""));
      if (!(name instanceof Error)) expect(name).toMatch(/^[a-z0-9-]+$/);
      const region = reading(() => readRegion(text));
      if (!(region instanceof Error)) expect(region).toMatch(/^[a-z0-9-]+$/);
    }),
    { numRuns: 1_000 },
  );
});

it("reads any command line, or says what is wrong with it", () => {
  const flag = fc.constantFrom(
    "--snapshot",
    "--as-of",
    "--json",
    "--csv",
    "--warehouse",
    "--stack-name",
    "--",
    "-",
  );
  const argv = fc.array(fc.oneof(flag, anyText), { maxLength: 6 });
  fc.assert(
    fc.property(argv, (args) => {
      const silent = () => undefined;
      const command = queryCommand().configureOutput({ writeOut: silent, writeErr: silent }).action(silent);
      reading(() => command.parse(args, { from: "user" }));
    }),
    { numRuns: 300 },
  );
});

it("suggests one of the candidates or nothing", () => {
  fc.assert(
    fc.property(anyText, fc.array(anyText, { maxLength: 5 }), (word, candidates) => {
      expect([undefined, ...candidates]).toContain(closest(word, candidates));
    }),
  );
});

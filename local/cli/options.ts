import { InvalidArgumentError, Option } from "commander";
import { defaultStackName, stackNameProblems } from "../../pipeline/names";

/** Where the local pipeline lies unless told otherwise; git ignores it. */
export const defaultWarehouse = ".local";

export function warehouseOption(): Option {
  return new Option("--warehouse <dir>", "folder of the local pipeline").default(defaultWarehouse);
}

export function stackNameOption(): Option {
  return new Option("--stack-name <name>", "names the table, its catalog and the delivery stream")
    .default(defaultStackName)
    .argParser((name: string) => {
      const problems = stackNameProblems(name);
      if (problems.length > 0) throw new InvalidArgumentError(`${problems.join(". ")}.`);
      return name;
    });
}

/** Reads an option's value as a whole number within a range. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${format(least)} to ${format(most)}.`);
  };
}

const format = (value: number) => value.toLocaleString("en-US");

/** A date, or a date and time, with or without a zone; as Athena prints it, too. */
const instant = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?))?(?: ?(Z|UTC|[+-]\d\d:\d\d))?$/;

/** Reads an option's value as a time, UTC unless it says otherwise. Gives milliseconds since the Unix epoch. */
export function readInstant(text: string): number {
  const [, day, time = "00:00", zone = "Z"] = instant.exec(text) ?? [];
  const value = Date.parse(`${day ?? ""}T${time}${zone === "UTC" ? "Z" : zone}`);
  if (day !== undefined && isDay(day) && !Number.isNaN(value)) return value;
  throw new InvalidArgumentError(
    'It must be a time such as "2026-01-01T00:05:00Z" or "2026-01-01 00:05" (UTC).',
  );
}

/** JavaScript takes 30 February for 2 March. */
function isDay(day: string): boolean {
  const midnight = new Date(`${day}T00:00Z`);
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(day);
}

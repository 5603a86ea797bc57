import { InvalidArgumentError, Option } from "commander";
import { stackNameProblems } from "../../pipeline/names";
import { isRegionCode, regionRule } from "../deployment/region";

/** Unlike local mode's option it has no default: the files of the deployment say it. */
export function deployedStackOption(): Option {
  return new Option(
    "--stack-name <name>",
    "the stack (default: from outputs.json, terraform.tfvars)",
  ).argParser((name: string) => {
    const problems = stackNameProblems(name);
    if (problems.length > 0) throw new InvalidArgumentError(`${problems.join(". ")}.`);
    return name;
  });
}

export function regionOption(): Option {
  return new Option("--region <code>", "its AWS Region (default: from the same files)").argParser(readRegion);
}

export function readRegion(text: string): string {
  if (isRegionCode(text)) return text;
  throw new InvalidArgumentError(regionRule);
}

export function jsonOption(): Option {
  return new Option(
    "--json",
    "print the result as JSON, and nothing else, on stdout (through npm: with npm run --silent)",
  );
}

/** Reads an option's value as a number above zero. */
export function positiveNumber(text: string): number {
  const value = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (value > 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError("It must be a number above 0.");
}

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Summary } from "./harness";
import type { Machine } from "./machine";

/** Each benchmark's figures, by its name. */
export type Results = Readonly<Record<string, readonly Summary[]>>;

/** A whole run, as it is kept beside the benchmarks. */
export interface BenchmarkRecord {
  /** YYYY-MM-DD. */
  readonly date: string;
  readonly machine: Machine;
  readonly results: Results;
}

/** How often the recorded ratio, at its worst, a measured one may be: two runs of the same code differ by less. */
const tolerance = 1.5;

const file = join(__dirname, "recorded.json");

/** @throws Error when nothing was recorded yet */
export function readRecord(): BenchmarkRecord {
  if (!existsSync(file))
    throw new Error("Nothing is recorded to compare with: run npm run bench first, without an option.");
  return JSON.parse(readFileSync(file, "utf8")) as BenchmarkRecord;
}

export function writeRecord(record: BenchmarkRecord): void {
  writeFileSync(file, `${JSON.stringify(record, null, 2)}\n`);
}

/** A ratio that is far above the recorded one. */
export interface Regression {
  readonly benchmark: string;
  readonly figure: string;
  readonly median: number;
  readonly recorded: number;
  readonly limit: number;
}

export interface Comparison {
  readonly compared: number;
  readonly regressions: readonly Regression[];
  /** Ratios that the record does not have. */
  readonly unknown: readonly string[];
  /** Recorded ratios that a benchmark did not give although it ran. */
  readonly missing: readonly string[];
}

/** Whether every ratio was compared, and none is far above the recorded one. */
export function passes({ regressions, unknown, missing }: Comparison): boolean {
  return regressions.length + unknown.length + missing.length === 0;
}

/** Only ratios within one run are compared: times and sizes are another machine's. */
export function compare(results: Results, recorded: Results): Comparison {
  const regressions: Regression[] = [];
  const unknown: string[] = [];
  const missing: string[] = [];
  let compared = 0;
  for (const [benchmark, summaries] of Object.entries(results)) {
    for (const { name, unit, median, isExact = false } of summaries) {
      if (unit !== "ratio") continue;
      const before = recorded[benchmark]?.find((summary) => summary.name === name);
      if (!before) {
        unknown.push(`${benchmark}: ${name}`);
        continue;
      }
      compared += 1;
      const limit = before.max * (isExact ? 1 : tolerance);
      // Written so that a ratio that is not a number is one.
      if (!(median <= limit))
        regressions.push({ benchmark, figure: name, median, recorded: before.median, limit });
    }
    const given = ratioNames(summaries);
    const lost = ratioNames(recorded[benchmark] ?? []).filter((name) => !given.includes(name));
    missing.push(...lost.map((name) => `${benchmark}: ${name}`));
  }
  return { compared, regressions, unknown, missing };
}

/** Figures whose target was missed in a run, whatever was recorded. */
export function missedTargets(results: Results): string[] {
  return Object.entries(results).flatMap(([benchmark, summaries]) =>
    summaries.filter(({ met }) => met === false).map(({ name }) => `${benchmark}: ${name}`),
  );
}

function ratioNames(summaries: readonly Summary[]): string[] {
  return summaries.filter(({ unit }) => unit === "ratio").map(({ name }) => name);
}

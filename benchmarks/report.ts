import Table from "cli-table3";
import type { Benchmark, Summary } from "./harness";
import type { BenchmarkRecord, Comparison } from "./record";

const text = (value: number) => value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);

function cells({ name, unit, median, min, max, runs, most, met }: Summary): string[] {
  return [
    `${name} [${unit}]`,
    text(median),
    text(min),
    text(max),
    String(runs),
    most === undefined ? "" : text(most),
    met === undefined ? "" : met ? "met" : "missed",
  ];
}

const head = ["figure", "median", "min", "max", "runs", "at most", ""];

/** For a terminal. */
export function table(summaries: readonly Summary[]): string {
  const rows = new Table({ head, style: { head: [], border: [] } });
  for (const summary of summaries) rows.push(cells(summary));
  return rows.toString();
}

/** `docs/benchmarks.md`, before it is formatted. */
export function page(
  { date, machine, results }: BenchmarkRecord,
  benchmarks: readonly Pick<Benchmark, "name" | "description" | "method">[],
): string {
  const packages = Object.entries(machine.packages).map(([name, version]) => `${name} ${version}`);
  const lines = [
    "# Benchmarks",
    "",
    "Written by `npm run bench`; do not edit it by hand. Each figure is the median of so many runs, with the smallest and",
    "largest of them; what one run gives may itself be picked from several measurements, as the text above a table then",
    "says. A warm-up goes before the runs, shorter than one where a run takes long. Variants that are compared run in turn,",
    "and a ratio is formed within each round, so that a slower or busier machine changes it little; times it does change.",
    "A figure that has a target says whether its median meets it. KB and MB are 1,000 and 1,000,000 bytes.",
    "",
    `Run on ${date}: ${machine.processor}, ${machine.cores} cores, ${machine.memoryGib} GiB, ${machine.system}, ` +
      `Node.js ${machine.node}; ${packages.join(", ")}.`,
    "",
    "```sh",
    "npm run bench                      # all of them, and writes this page",
    "npm run bench -- synthesis day     # some of them",
    "npm run bench -- --quick           # few runs on less data: that they work, not how fast",
    "npm run bench -- --check           # fails if a ratio is far above the recorded one",
    "npm run --silent bench -- --json   # only JSON on stdout",
    "```",
  ];
  for (const { name, description, method } of benchmarks) {
    const summaries = results[name];
    if (!summaries) continue;
    lines.push("", `## ${name}`, "", `${description[0]?.toUpperCase() ?? ""}${description.slice(1)}.`, "");
    if (method) lines.push(method, "");
    const rows = [head, head.map((_, n) => (n === 0 || n === 6 ? "---" : "---:")), ...summaries.map(cells)];
    lines.push(...rows.map((row) => `| ${row.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`));
  }
  return `${lines.join("\n")}\n`;
}

/** What `--check` says. A missed target is named, but it is the record that decides: this may be a slower machine. */
export function verdict(
  { compared, regressions, unknown, missing }: Comparison,
  missed: readonly string[] = [],
): string {
  const far = regressions.map(
    ({ benchmark, figure, median, recorded, limit }) =>
      `${benchmark}: ${figure}: ${text(median)}, recorded ${text(recorded)}, at most ${text(limit)} allowed`,
  );
  const notCompared = [
    ...unknown.map((name) => `${name}: not recorded, so not compared`),
    ...missing.map((name) => `${name}: recorded, but missing from this run`),
  ];
  const summary =
    regressions.length === 0
      ? `${compared} ratios are near the recorded ones.`
      : `${regressions.length} of ${compared} ratios are far above the recorded ones.`;
  const lost = notCompared.length === 0 ? [] : [`Could not be compared: ${notCompared.length}.`];
  const targets = missed.map((name) => `${name}: misses its target in this run`);
  return [...far, ...notCompared, ...targets, summary, ...lost].join("\n");
}

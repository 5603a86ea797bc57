import { parseArgs } from "node:util";
import Table from "cli-table3";
import { dayBenchmark } from "./day/day-benchmark";
import { firehoseBenchmark } from "./firehose/firehose-benchmark";
import { functionBenchmark } from "./function/function-benchmark";
import { type Benchmark, type Summary, summarize } from "./harness";
import { commitBenchmark } from "./iceberg/commit-benchmark";
import { queryBenchmark } from "./query/query-benchmark";
import { replayBenchmark } from "./replay/replay-benchmark";
import { serveBenchmark } from "./serve/serve-benchmark";
import { synthesisBenchmark } from "./synthesis/synthesis-benchmark";

const benchmarks: readonly Benchmark[] = [
  synthesisBenchmark,
  functionBenchmark,
  firehoseBenchmark,
  commitBenchmark,
  replayBenchmark,
  serveBenchmark,
  queryBenchmark,
  dayBenchmark,
];

const usage = `Usage: npm run bench -- [NAME ...] [--quick] [--json]

${benchmarks.map(({ name, description }) => `  ${name.padEnd(12)}${description}`).join("\n")}

  --quick     few runs: shows that it works, not how fast it is
  --json      only JSON on stdout
`;

interface Arguments {
  readonly chosen: readonly Benchmark[];
  readonly quick: boolean;
  readonly json: boolean;
}

function readArguments(): Arguments | string {
  try {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      options: { quick: { type: "boolean" }, json: { type: "boolean" } },
    });
    const unknown = positionals.filter((name) => !benchmarks.some((benchmark) => benchmark.name === name));
    if (unknown.length > 0) return `There is no benchmark "${unknown.join('", "')}".`;
    const chosen = benchmarks.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
    return { chosen, quick: values.quick ?? false, json: values.json ?? false };
  } catch (error) {
    return (error as Error).message;
  }
}

function table(summaries: readonly Summary[]): string {
  const rows = new Table({
    head: ["figure", "median", "min", "max", "runs", "at most", ""],
    style: { head: [], border: [] },
  });
  const text = (value: number) => value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
  for (const { name, unit, median, min, max, runs, most, met } of summaries) {
    const verdict = met === undefined ? "" : met ? "met" : "missed";
    rows.push([
      `${name} [${unit}]`,
      text(median),
      text(min),
      text(max),
      runs,
      most === undefined ? "" : text(most),
      verdict,
    ]);
  }
  return rows.toString();
}

async function main(): Promise<number> {
  const read = readArguments();
  if (typeof read === "string") {
    console.error(`${read}\n\n${usage}`);
    return 2;
  }
  const results: Record<string, readonly Summary[]> = {};
  for (const benchmark of read.chosen) {
    const { name } = benchmark;
    const progress = (line: string) => {
      console.error(`${name}: ${line}`);
    };
    const summaries = (await benchmark.run({ quick: read.quick, progress })).map(summarize);
    results[name] = summaries;
    if (!read.json) console.log(table(summaries));
  }
  if (read.json) console.log(JSON.stringify(results, null, 2));
  return 0;
}

void main().then((code) => {
  process.exitCode = code;
});

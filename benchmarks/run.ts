import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { format } from "prettier";
import { dayBenchmark } from "./day/day-benchmark";
import { firehoseBenchmark } from "./firehose/firehose-benchmark";
import { functionBenchmark } from "./function/function-benchmark";
import { type Benchmark, type Summary, summarize } from "./harness";
import { commitBenchmark } from "./iceberg/commit-benchmark";
import { thisMachine } from "./machine";
import { showLines } from "./progress-line";
import { queryBenchmark } from "./query/query-benchmark";
import { type BenchmarkRecord, compare, missedTargets, passes, readRecord, writeRecord } from "./record";
import { replayBenchmark } from "./replay/replay-benchmark";
import { page, table, verdict } from "./report";
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

const usage = `Usage: npm run bench -- [NAME ...] [--quick] [--check] [--json] [--help]

${benchmarks.map(({ name, description }) => `  ${name.padEnd(12)}${description}`).join("\n")}

  --quick     few runs on less data: shows that it works, not how fast it is
  --check     fails if a ratio is far above the recorded one, or is in only one of them; writes nothing
  --json      only JSON on stdout (through npm: with npm run --silent)
  -h, --help  this text

Without a name or an option but --json, all run, and docs/benchmarks.md and benchmarks/recorded.json are written.
`;

interface Arguments {
  readonly chosen: readonly Benchmark[];
  readonly quick: boolean;
  readonly check: boolean;
  readonly json: boolean;
}

type Reading = Arguments | "help" | { readonly problem: string };

function readArguments(): Reading {
  try {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      options: {
        quick: { type: "boolean" },
        check: { type: "boolean" },
        json: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
    if (values.help) return "help";
    const unknown = positionals.filter((name) => !benchmarks.some((benchmark) => benchmark.name === name));
    if (unknown.length > 0) return { problem: `There is no benchmark "${unknown.join('", "')}".` };
    const { quick = false, check = false, json = false } = values;
    if (quick && check)
      return { problem: "--check needs the recorded amounts of data; it does not go with --quick." };
    const chosen = benchmarks.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
    return { chosen, quick, check, json };
  } catch (error) {
    return { problem: (error as Error).message };
  }
}

async function measure({ chosen, quick, json }: Arguments): Promise<Record<string, readonly Summary[]>> {
  const results: Record<string, readonly Summary[]> = {};
  for (const [index, benchmark] of chosen.entries()) {
    const { name } = benchmark;
    const lines = showLines(process.stderr, `[${index + 1}/${chosen.length}] ${name}`);
    try {
      results[name] = (await benchmark.run({ quick, progress: lines.show })).map(summarize);
    } finally {
      lines.clear();
    }
    if (!json) console.log(`${name}: ${benchmark.description}\n${table(results[name])}`);
  }
  return results;
}

async function write(record: BenchmarkRecord): Promise<void> {
  writeRecord(record);
  const markdown = await format(page(record, benchmarks), { parser: "markdown" });
  writeFileSync(join(__dirname, "..", "docs", "benchmarks.md"), markdown);
}

/** Whatever benchmarks and their processes write goes below one folder, which is gone afterwards, however that comes. */
function keepFilesTogether(): void {
  const folder = mkdtempSync(join(tmpdir(), "benchmarks-"));
  Object.assign(process.env, { TMPDIR: folder, TEMP: folder, TMP: folder });
  process.on("exit", () => {
    // Processes that are just being ended may still write for a moment.
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  process.on("SIGINT", () => process.exit(130));
  process.on("SIGTERM", () => process.exit(143));
}

async function main(): Promise<number> {
  const read = readArguments();
  if (read === "help") {
    process.stdout.write(usage);
    return 0;
  }
  if ("problem" in read) {
    console.error(`${read.problem}\n\n${usage}`);
    return 2;
  }
  keepFilesTogether();
  const recorded = read.check ? readRecord() : undefined;
  const results = await measure(read);
  const comparison = recorded && compare(results, recorded.results);
  if (read.json) console.log(JSON.stringify({ machine: thisMachine(), results, comparison }, null, 2));
  else if (comparison) console.log(verdict(comparison, missedTargets(results)));
  if (comparison) return passes(comparison) ? 0 : 1;
  if (!read.quick && read.chosen.length === benchmarks.length) {
    await write({ date: new Date().toISOString().slice(0, 10), machine: thisMachine(), results });
    console.error("Wrote docs/benchmarks.md and benchmarks/recorded.json.");
  }
  return 0;
}

void main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const { DEBUG } = process.env;
    console.error(error instanceof Error ? (DEBUG ? error.stack : error.message) : String(error));
    process.exitCode = 1;
  },
);

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readAccounts } from "../../local/replay-accounts";
import { openTable } from "../../local/query/open-table";
import { QuerySession } from "../../local/query/query-session";
import { savedQueries, sqlFor } from "../../local/query/saved-queries";
import { warehouse } from "../../local/warehouse";
import { names } from "../firehose/parts";
import { median, type Benchmark, type BenchmarkOptions, type Figure } from "../harness";
import { Part } from "../part";

interface Day {
  readonly milliseconds: number;
  readonly cpuMilliseconds: number;
  readonly peakMegabytes: number;
  readonly files: number;
  readonly megabytes: number;
  /** CPU milliseconds of each. */
  readonly hours: readonly number[];
  /** Milliseconds of each saved query, by its name. */
  readonly queries: Readonly<Record<string, number>>;
}

/** A day in a process of its own, and the queries over what it leaves. */
async function simulate(hours: number, progress: (line: string) => void): Promise<Day> {
  const directory = mkdtempSync(join(tmpdir(), "day-benchmark-"));
  const part = new Part(join(__dirname, "day-process.ts"), directory, String(hours));
  try {
    const perHour: number[] = [];
    for (;;) {
      const message = await part.hear();
      if ("hour" in message) {
        perHour.push(Number(message.milliseconds));
        progress(`hour ${perHour.length} of ${hours}`);
        continue;
      }
      const { rows } = await readAccounts(warehouse(directory, names), names);
      if (rows !== message.expected)
        throw new Error(`${rows} of ${String(message.expected)} records became rows`);
      return {
        milliseconds: Number(message.milliseconds),
        cpuMilliseconds: Number(message.cpuMilliseconds),
        peakMegabytes: (Number(message.peakKilobytes) * 1024) / 1e6,
        files: Number(message.files),
        megabytes: Number(message.bytes) / 1e6,
        hours: perHour,
        queries: await queryTimes(directory),
      };
    }
  } finally {
    part.end();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** From the metadata on disk to the answer, with a session of its own for each: the median of three, after a warm-up. */
async function queryTimes(directory: string): Promise<Record<string, number>> {
  const { tableLocation } = warehouse(directory, names);
  const times: Record<string, number> = {};
  for (const query of savedQueries()) {
    const tries: number[] = [];
    for (let n = 0; n < 4; n += 1) {
      const start = performance.now();
      const session = await QuerySession.open(names, await openTable(tableLocation));
      await session.run(sqlFor(query, names));
      session.close();
      if (n > 0) tries.push(performance.now() - start);
    }
    times[query.name] = median(tries);
  }
  return times;
}

/** What the last hour cost, in CPU time, against the first. */
const lastToFirst = ({ hours }: Day) => (hours.at(-1) ?? NaN) / (hours[0] ?? NaN);

async function run({ quick, progress }: BenchmarkOptions): Promise<readonly Figure[]> {
  const hours = quick ? 2 : 24;
  const runs = quick ? 1 : 3;
  if (!quick) {
    await simulate(1, (line) => {
      progress(`warm-up, ${line}`);
    });
  }
  const days: Day[] = [];
  for (let n = 1; n <= runs; n += 1) {
    days.push(
      await simulate(hours, (line) => {
        progress(`run ${n} of ${runs}, ${line}`);
      }),
    );
  }
  const of = (part: (day: Day) => number) => days.map(part);
  const time = hours === 24 ? "a day" : `${hours} hours`;
  return [
    { name: `${time} fed directly: wall`, unit: "ms", samples: of((day) => day.milliseconds), most: 60_000 },
    { name: "CPU", unit: "ms", samples: of((day) => day.cpuMilliseconds) },
    { name: "peak memory of the process", unit: "MB", samples: of((day) => day.peakMegabytes), most: 400 },
    { name: "data files at the end", unit: "files", samples: of((day) => day.files) },
    { name: "size of the data files", unit: "MB", samples: of((day) => day.megabytes) },
    { name: "the last hour's CPU to the first's", unit: "ratio", samples: of(lastToFirst), most: 1.2 },
    ...savedQueries().map(({ name }): Figure => ({
      name: `query over ${time}: ${name}`,
      unit: "ms",
      samples: of(({ queries }) => queries[name] ?? NaN),
      most: 1_000,
    })),
  ];
}

export const dayBenchmark: Benchmark = {
  name: "day",
  description: "14.4 million records of a simulated day into the local Firehose, and queries over them",
  run,
};

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ParquetWriter } from "../../local/iceberg/parquet-writer";
import { alternate, ratios, type Benchmark, type BenchmarkOptions, type Figure } from "../harness";
import { TableInTime } from "./table-in-time";

/** 5 MiB of readings at 167 a second come after about four minutes. */
const secondsBetweenCommits = 240;
const commitsBetweenMaintenance = 15;
const rowsPerFile = 1000;
/** Commits that one sample is the fastest of: whatever else the machine does can only slow one down. */
const commitsPerSample = 9;

/** Whether a commit still costs the same when a thousand came before it, and whether days pile up files. */
export const commitBenchmark: Benchmark = {
  name: "iceberg",
  description: "commit number 1,000 of the local table against commit number 10; files after days",
  async run(options) {
    const directory = mkdtempSync(join(tmpdir(), "iceberg-benchmark-"));
    const writer = await ParquetWriter.open();
    try {
      return [
        ...(await commitFigures(directory, writer, options)),
        ...(await filesFigures(directory, writer, options)),
      ];
    } finally {
      writer.close();
      rmSync(directory, { recursive: true, force: true });
    }
  },
};

async function commitFigures(
  directory: string,
  writer: ParquetWriter,
  { quick, progress }: BenchmarkOptions,
): Promise<Figure[]> {
  let tables = 0;
  const create = () => TableInTime.create(join(directory, `commits-${++tables}`), writer, rowsPerFile);
  const long = await create();
  progress("making a table of 990 commits");
  for (let commit = 1; commit <= 990; commit++) {
    await long.append(secondsBetweenCommits);
    if (commit % commitsBetweenMaintenance === 0) await long.maintain();
  }
  const around = {
    commit10: async () => {
      const short = await create();
      await appendTimes(short, 5);
      // As before the samples of the long table, so that neither comes to a colder or a warmer process.
      await short.maintain();
      return Math.min(...(await appendTimes(short, commitsPerSample)));
    },
    commit1000: async () => {
      // As often as an hour's commits would have it; without, retained snapshots would pile up while sampling.
      await long.maintain();
      return Math.min(...(await appendTimes(long, commitsPerSample)));
    },
  };
  const { commit10, commit1000 } = await alternate(around, { warmUp: 3, runs: quick ? 3 : 25, progress });
  return [
    { name: "commit number 10", unit: "ms", samples: commit10 },
    { name: "commit number 1,000", unit: "ms", samples: commit1000 },
    { name: "commit 1,000 against 10", unit: "ratio", samples: ratios(commit1000, commit10), most: 1.3 },
  ];
}

/** Days of a commit every quarter of an hour: snapshots expire after five days, unreferenced files go after three. */
async function filesFigures(
  directory: string,
  writer: ParquetWriter,
  { quick, progress }: BenchmarkOptions,
): Promise<Figure[]> {
  const table = await TableInTime.create(join(directory, "days"), writer, 100);
  const days = quick ? 9 : 15;
  const most: number[] = [];
  for (let day = 0; day < days; day++) {
    progress(`day ${day + 1} of ${days}`);
    let files = 0;
    for (let hour = 0; hour < 24; hour++) {
      await appendTimes(table, 4, 15 * 60);
      await table.maintain();
      files = Math.max(files, table.countFiles());
    }
    most.push(files);
  }
  // Snapshots and unreferenced files reach their ages within the first two thirds.
  const settled = Math.round((days * 2) / 3);
  const growth = Math.max(...most.slice(settled)) / Math.max(...most.slice(0, settled));
  return [
    {
      name: "files in the last third of the days against before",
      unit: "ratio",
      samples: [growth],
      most: 1.1,
    },
  ];
}

async function appendTimes(
  table: TableInTime,
  commits: number,
  seconds = secondsBetweenCommits,
): Promise<number[]> {
  const times: number[] = [];
  for (let commit = 0; commit < commits; commit++) times.push(await table.append(seconds));
  return times;
}

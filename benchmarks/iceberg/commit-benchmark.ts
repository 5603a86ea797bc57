import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { MaintenanceSettings } from "../../local/iceberg/maintenance";
import { ParquetWriter } from "../../local/iceberg/parquet-writer";
import { alternate, ratios, type Benchmark, type BenchmarkOptions, type Figure } from "../harness";
import { TableInTime } from "./table-in-time";

/** 5 MiB of readings at 167 a second come after about four minutes. */
const secondsBetweenCommits = 240;
const commitsBetweenMaintenance = 15;
const rowsPerFile = 1000;
/**
 * Commits on each side of the one that a sample stands for. Together they are as many as it takes for manifests to be
 * merged, which one of them does for all.
 */
const commitsAround = 8;
const commitsPerSample = 2 * commitsAround + 1;
/** Before those: a table that was just opened has something to read for its first commit. */
const uncountedCommits = 1;
/** The numbers of the commits that samples stand for. */
const earlyCommit = 10;
const lateCommit = { quick: 250, full: 1000 };
const warmUpRounds = 1;
const measuredRounds = { quick: 3, full: 9 };

const commitsBefore = (commit: number): number => commit - commitsAround - uncountedCommits - 1;
const sampledCommits = (commit: number): string =>
  [commit - commitsAround, commit + commitsAround].map(withCommas).join(" to ");

function withCommas(number: number): string {
  return number.toLocaleString("en-US");
}

/** Whether a commit still costs the same when a thousand came before it, and whether days pile up files. */
export const commitBenchmark: Benchmark = {
  name: "iceberg",
  description:
    "commit number 1,000 of the local table against number 10, with and without compaction; files after days",
  method:
    `A run's figures are averages of ${commitsPerSample} commits, one of which merges manifests: ` +
    `${sampledCommits(earlyCommit)} for "number ${earlyCommit}", ${sampledCommits(lateCommit.full)} for "number ` +
    `${withCommas(lateCommit.full)}". Each run has tables of its own, copied from one of each kind: a disk can be slower ` +
    "in some folders than in others. Files are counted once: their number is the same each time.",
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

/** What maintenance does to a table whose small files nothing merges; snapshots expire all the same. */
const neverCompacted: Partial<MaintenanceSettings> = { minimumInputFiles: Infinity };

/** What one of some commits in a row took, on average. */
interface Commits {
  readonly milliseconds: number;
  /** Metadata, manifest lists and manifests that were written: merged manifests are among them. */
  readonly kilobytes: number;
}

async function commitFigures(
  directory: string,
  writer: ParquetWriter,
  { quick, progress }: BenchmarkOptions,
): Promise<Figure[]> {
  const lateNumber = quick ? lateCommit.quick : lateCommit.full;
  const earlier = commitsBefore(lateNumber);
  const late = withCommas(lateNumber);
  const runs = quick ? measuredRounds.quick : measuredRounds.full;
  const create = (name: string) => TableInTime.create(join(directory, name), writer, rowsPerFile);
  const short = await grown(await create("short"), commitsBefore(earlyCommit));
  progress(`making a table of ${earlier} commits`);
  const compacted = await grown(await create("compacted"), earlier);
  progress(`making a table of ${earlier} commits that is never compacted`);
  const uncompacted = await grown(await create("uncompacted"), earlier, neverCompacted);
  const files = {
    compacted: await compacted.countDataFiles(),
    uncompacted: await uncompacted.countDataFiles(),
  };

  // A file system may take longer in folders that it has only just made, so these are made beforehand.
  progress("copying the tables");
  const tables: { short: TableInTime; compacted: TableInTime; uncompacted: TableInTime }[] = [];
  for (let round = 0; round < warmUpRounds + runs; round++) {
    tables.push({
      short: await short.copy(join(directory, `short-${round}`)),
      compacted: await compacted.copy(join(directory, `compacted-${round}`)),
      uncompacted: await uncompacted.copy(join(directory, `uncompacted-${round}`)),
    });
  }
  const round = () => {
    const next = tables.pop();
    if (next === undefined) throw new RangeError("there are more rounds than tables");
    return sampled({
      commit10: next.short,
      commitLate: next.compacted,
      uncompactedLate: next.uncompacted,
    });
  };
  const { rounds } = await alternate({ rounds: round }, { warmUp: warmUpRounds, runs, progress });
  const commit10 = rounds.map((samples) => samples.commit10);
  const commitLate = rounds.map((samples) => samples.commitLate);
  const uncompactedLate = rounds.map((samples) => samples.uncompactedLate);
  const milliseconds = (samples: readonly Commits[]) => samples.map((commits) => commits.milliseconds);
  const kilobytes = (samples: readonly Commits[]) => samples.map((commits) => commits.kilobytes);
  const toCommit10 = (samples: readonly Commits[]) => ratios(milliseconds(samples), milliseconds(commit10));
  const without = "without compaction";
  return [
    { name: "commit number 10", unit: "ms", samples: milliseconds(commit10) },
    { name: `commit number ${late}`, unit: "ms", samples: milliseconds(commitLate) },
    { name: `commit number ${late}, ${without}`, unit: "ms", samples: milliseconds(uncompactedLate) },
    { name: `commit ${late} against 10`, unit: "ratio", samples: toCommit10(commitLate), most: 1.3 },
    { name: `commit ${late} against 10, ${without}`, unit: "ratio", samples: toCommit10(uncompactedLate) },
    { name: "metadata written for commit 10", unit: "KB", samples: kilobytes(commit10) },
    { name: `metadata written for commit ${late}`, unit: "KB", samples: kilobytes(commitLate) },
    {
      name: `metadata written for commit ${late}, ${without}`,
      unit: "KB",
      samples: kilobytes(uncompactedLate),
    },
    { name: `data files after ${earlier} commits`, unit: "files", samples: [files.compacted] },
    { name: `data files after ${earlier} commits, ${without}`, unit: "files", samples: [files.uncompacted] },
  ];
}

/** The table, after so many commits with maintenance every hour. */
async function grown(
  table: TableInTime,
  commits: number,
  changes: Partial<MaintenanceSettings> = {},
): Promise<TableInTime> {
  for (let commit = 1; commit <= commits; commit++) {
    await table.append(secondsBetweenCommits);
    if (commit % commitsBetweenMaintenance === 0) await table.maintain(changes);
  }
  return table;
}

/** The next commits to each table in turn, one by one: what a disk is busy with lasts longer than a commit. */
async function sampled<Name extends string>(
  tables: Readonly<Record<Name, TableInTime>>,
): Promise<Record<Name, Commits>> {
  const names = Object.keys(tables) as Name[];
  for (const name of names) await appendTimes(tables[name], uncountedCommits);
  const bytesBefore = names.map((name) => tables[name].metadataBytes);
  const times = await alternate(
    Object.fromEntries(
      names.map((name) => [name, () => tables[name].append(secondsBetweenCommits)]),
    ) as Record<Name, () => Promise<number>>,
    { warmUp: 0, runs: commitsPerSample, progress: () => undefined },
  );
  const commitsOf = (name: Name, index: number): Commits => ({
    milliseconds: times[name].reduce((sum, time) => sum + time, 0) / commitsPerSample,
    kilobytes: (tables[name].metadataBytes - (bytesBefore[index] ?? NaN)) / commitsPerSample / 1000,
  });
  return Object.fromEntries(names.map((name, index) => [name, commitsOf(name, index)])) as Record<
    Name,
    Commits
  >;
}

/** Days of a few commits an hour: snapshots expire after five days, unreferenced files go after three. */
async function filesFigures(
  directory: string,
  writer: ParquetWriter,
  { quick, progress }: BenchmarkOptions,
): Promise<Figure[]> {
  const table = await TableInTime.create(join(directory, "days"), writer, 100);
  const days = quick ? 9 : 15;
  const commitsPerHour = quick ? 1 : 4;
  const most: number[] = [];
  for (let day = 0; day < days; day++) {
    progress(`day ${day + 1} of ${days}`);
    let files = 0;
    for (let hour = 0; hour < 24; hour++) {
      await appendTimes(table, commitsPerHour, 3600 / commitsPerHour);
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
      isExact: true,
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

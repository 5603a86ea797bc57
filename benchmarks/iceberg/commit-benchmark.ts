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
/** Commits before those that are measured on a long table. */
const earlierCommits = { quick: 240, full: 990 };
/** Commits before those that are measured on a short one. */
const fewEarlierCommits = 5;
const warmUpRounds = { quick: 1, full: 3 };
const measuredRounds = { quick: 3, full: 25 };
/** Commits that one sample is the fastest of: whatever else the machine does can only slow one down. */
const commitsPerSample = 9;

const commitsBeforeLate = earlierCommits.full + warmUpRounds.full * commitsPerSample;
const lateCommits = [commitsBeforeLate + 1, commitsBeforeLate + measuredRounds.full * commitsPerSample]
  .map((commit) => commit.toLocaleString("en-US"))
  .join(" to ");

/** Whether a commit still costs the same when a thousand came before it, and whether days pile up files. */
export const commitBenchmark: Benchmark = {
  name: "iceberg",
  description:
    "commit number 1,000 of the local table against number 10, with and without compaction; files after days",
  method:
    `A run's time is that of the fastest of ${commitsPerSample} commits, and its metadata their average. "Number 10" ` +
    `stands for commits ${fewEarlierCommits + 1} to ${fewEarlierCommits + commitsPerSample} of a table that each run ` +
    `has for itself, "number 1,000" for commits ${lateCommits} of one table, ${commitsPerSample} a run. Files are ` +
    "counted once: their number is the same each time.",
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

/** Some commits in a row. */
interface Commits {
  /** Milliseconds of the fastest. */
  readonly milliseconds: number;
  /** Metadata, manifest lists and manifests that were written for one, on average: merged manifests are among them. */
  readonly kilobytes: number;
}

async function commitFigures(
  directory: string,
  writer: ParquetWriter,
  { quick, progress }: BenchmarkOptions,
): Promise<Figure[]> {
  const earlier = quick ? earlierCommits.quick : earlierCommits.full;
  const late = (earlier + 10).toLocaleString("en-US");
  let tables = 0;
  const create = () => TableInTime.create(join(directory, `commits-${++tables}`), writer, rowsPerFile);
  progress(`making a table of ${earlier} commits`);
  const compacted = await grown(await create(), earlier);
  progress(`making a table of ${earlier} commits that is never compacted`);
  const uncompacted = await grown(await create(), earlier, neverCompacted);
  const files = {
    compacted: await compacted.countDataFiles(),
    uncompacted: await uncompacted.countDataFiles(),
  };

  const runs = quick
    ? { warmUp: warmUpRounds.quick, runs: measuredRounds.quick, progress }
    : { warmUp: warmUpRounds.full, runs: measuredRounds.full, progress };
  // A file system may take longer in folders that it has only just made, so these are made beforehand.
  const short: TableInTime[] = [];
  for (let n = 0; n < runs.warmUp + runs.runs; n++)
    short.push(await grown(await create(), fewEarlierCommits));
  const round = () => {
    const next = short.pop();
    if (next === undefined) throw new RangeError("there are more rounds than short tables");
    return sampled({
      commit10: { table: next },
      commitLate: { table: compacted },
      uncompactedLate: { table: uncompacted, changes: neverCompacted },
    });
  };
  const { rounds } = await alternate({ rounds: round }, runs);
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

/**
 * The next commits to each table in turn, one by one: what a disk is busy with lasts longer than a commit. All tables
 * are maintained before; without, retained snapshots would pile up while sampling.
 */
async function sampled<Name extends string>(
  subjects: Readonly<
    Record<Name, { readonly table: TableInTime; readonly changes?: Partial<MaintenanceSettings> }>
  >,
): Promise<Record<Name, Commits>> {
  const names = Object.keys(subjects) as Name[];
  const bytesBefore: number[] = [];
  for (const name of names) {
    const { table, changes } = subjects[name];
    await table.maintain(changes);
    bytesBefore.push(table.metadataBytes);
  }
  const times = await alternate(
    Object.fromEntries(
      names.map((name) => [name, () => subjects[name].table.append(secondsBetweenCommits)]),
    ) as Record<Name, () => Promise<number>>,
    { warmUp: 0, runs: commitsPerSample, progress: () => undefined },
  );
  const commitsOf = (name: Name, index: number): Commits => ({
    milliseconds: Math.min(...times[name]),
    kilobytes: (subjects[name].table.metadataBytes - (bytesBefore[index] ?? NaN)) / commitsPerSample / 1000,
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

import type { DataFile } from "./data-file";
import type { MaintenanceSettings } from "./maintenance";
import type { ParquetWriter } from "./parquet-writer";
import { fullTiers } from "./size-tiers";
import { countBytes, countRecords } from "./snapshot-summary";
import type { IcebergTable } from "./table";

export interface Compaction {
  /** Small files that were merged. */
  readonly compactedFiles: number;
  /** What those held. */
  readonly compactedBytes: number;
  /** Files that they were merged into. */
  readonly compactedInto: number;
}

type CompactionSettings = Pick<MaintenanceSettings, "targetFileSizeBytes" | "minimumInputFiles">;

/** Merges small files until too few are left. Stops when a commit lost to other writers. */
export async function compact(
  table: IcebergTable,
  writer: ParquetWriter,
  settings: CompactionSettings,
): Promise<Compaction> {
  let compactedFiles = 0;
  let compactedBytes = 0;
  let compactedInto = 0;
  for (;;) {
    const [bin] = planCompaction(await table.dataFiles(), settings);
    if (bin === undefined || !(await mergeFiles(bin, table, writer)))
      return { compactedFiles, compactedBytes, compactedInto };
    compactedFiles += bin.length;
    compactedBytes += countBytes(bin);
    compactedInto++;
  }
}

/**
 * Which files to merge into one each. Files are merged with others of their size, so that a growing table is not
 * written anew each time a small file joins it.
 */
export function planCompaction(files: readonly DataFile[], settings: CompactionSettings): DataFile[][] {
  const { targetFileSizeBytes, minimumInputFiles } = settings;
  const small = files.filter(({ fileSizeBytes }) => fileSizeBytes < 0.75 * targetFileSizeBytes);
  return fullTiers(small, ({ fileSizeBytes }) => fileSizeBytes, minimumInputFiles)
    .flatMap((tier) => binPack(tier, targetFileSizeBytes))
    .filter(({ length }) => length > 1);
}

/** Next fit: neighbours stay together, so rows keep about the order in which they came. */
function binPack(files: readonly DataFile[], targetBytes: number): DataFile[][] {
  const bins: DataFile[][] = [];
  for (const file of files) {
    const last = bins.at(-1);
    if (last !== undefined && countBytes(last) + file.fileSizeBytes <= targetBytes) last.push(file);
    else bins.push([file]);
  }
  return bins;
}

/** False when other writers went first. */
async function mergeFiles(
  files: readonly DataFile[],
  table: IcebergTable,
  writer: ParquetWriter,
): Promise<boolean> {
  const merged = await writer.rewrite(files, table);
  if (merged.recordCount !== countRecords(files)) {
    await table.io.files.remove(merged.path);
    throw new Error(
      `Compaction of ${table.location} read ${merged.recordCount} rows from ${files.length} files ` +
        `that should hold ${countRecords(files)}; the table is unchanged.`,
    );
  }
  const snapshot = await table.replaceFiles(files, [merged]);
  if (snapshot === undefined) await table.io.files.remove(merged.path);
  return snapshot !== undefined;
}

import { join } from "node:path";
import type { MaintenanceSettings } from "./maintenance";
import { MetadataVersions } from "./metadata-versions";
import type { IcebergTable } from "./table";
import { keptMetadataFiles } from "./table-metadata";
import { temporarySuffix } from "./table-files";

export interface RemovedFiles {
  readonly removedFiles: number;
  readonly removedBytes: number;
}

interface OldFile {
  readonly path: string;
  readonly name: string;
  readonly sizeBytes: number;
}

/**
 * Removes what crashes, lost commits, compaction and expiry have left behind, once it is old enough that no writer can
 * still be about to commit it. Files of other kinds in the table's folders are left alone.
 */
export async function removeUnreferencedFiles(
  table: IcebergTable,
  { unreferencedFileAgeMs }: Pick<MaintenanceSettings, "unreferencedFileAgeMs">,
): Promise<RemovedFiles> {
  const writtenBefore = table.io.now() - unreferencedFileAgeMs;
  const old = [
    ...(await oldFiles(table, "data", writtenBefore)),
    ...(await oldFiles(table, "metadata", writtenBefore)),
  ];
  if (old.length === 0) return { removedFiles: 0, removedBytes: 0 };
  // Only now, so that a file which was committed after it was listed counts as referenced.
  await table.refresh();
  const referenced = await table.referencedFiles();
  const unreferenced = old.filter(
    ({ path, name }) => !referenced.has(path) && !isRecentMetadata(name, table),
  );
  for (const { path } of unreferenced) await table.io.files.remove(path);
  return {
    removedFiles: unreferenced.length,
    removedBytes: unreferenced.reduce((bytes, { sizeBytes }) => bytes + sizeBytes, 0),
  };
}

async function oldFiles(table: IcebergTable, folder: string, writtenBefore: number): Promise<OldFile[]> {
  const directory = join(table.location, folder);
  const found: OldFile[] = [];
  for (const name of await table.io.files.list(directory)) {
    if (!isOurs(name)) continue;
    const path = join(directory, name);
    const status = await table.io.files.stat(path);
    if (status !== undefined && status.modifiedMs < writtenBefore) {
      found.push({ path, name, sizeBytes: status.sizeBytes });
    }
  }
  return found;
}

function isOurs(name: string): boolean {
  const suffixes = [".parquet", ".avro", temporarySuffix];
  return suffixes.some((suffix) => name.endsWith(suffix)) || MetadataVersions.versionOf(name) !== undefined;
}

/** Metadata files are named by no snapshot: the newest is the table, and those before it are in its log. */
function isRecentMetadata(name: string, table: IcebergTable): boolean {
  const version = MetadataVersions.versionOf(name);
  return version !== undefined && version >= table.version - keptMetadataFiles;
}

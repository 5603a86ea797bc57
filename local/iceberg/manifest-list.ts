import { decodeAvroFile, encodeAvroFile } from "./avro-file";
import { UnsupportedTableError } from "./errors";
import { manifestListSchema } from "./manifest-schemas";

/** What a manifest list says of one manifest. https://iceberg.apache.org/spec/#manifest-lists */
export interface ManifestFile {
  /** As written in the table: below the table's location, which may not be where the table lies now. */
  readonly path: string;
  readonly lengthBytes: number;
  /** When the manifest joined the table. Its added entries inherit it. */
  readonly sequenceNumber: number;
  readonly minSequenceNumber: number;
  readonly addedSnapshotId: number;
  readonly added: FileCounts;
  readonly existing: FileCounts;
  readonly deleted: FileCounts;
}

export interface FileCounts {
  readonly files: number;
  readonly rows: number;
}

/** The snapshot that a manifest list belongs to. */
export interface ManifestListOwner {
  readonly snapshotId: number;
  readonly parentSnapshotId: number | undefined;
  readonly sequenceNumber: number;
}

/** Whether a manifest lists any file that a scan would read. */
export function hasLiveFiles(manifest: ManifestFile): boolean {
  return liveFiles(manifest) > 0;
}

export function liveFiles({ added, existing }: ManifestFile): number {
  return added.files + existing.files;
}

export function encodeManifestList(
  owner: ManifestListOwner,
  manifests: readonly ManifestFile[],
  syncMarker: Buffer,
): Promise<Buffer> {
  const header = {
    "snapshot-id": String(owner.snapshotId),
    "parent-snapshot-id": String(owner.parentSnapshotId ?? null),
    "sequence-number": String(owner.sequenceNumber),
    "format-version": "2",
  };
  return encodeAvroFile(manifestListSchema, header, manifests.map(toRecord), syncMarker);
}

/** @param path names the file in an error. */
export async function decodeManifestList(bytes: Buffer, path: string): Promise<ManifestFile[]> {
  const { records } = await decodeAvroFile(bytes, manifestListSchema);
  return records.map((record) => fromRecord(record as ManifestFileRecord, path));
}

interface ManifestFileRecord {
  readonly manifest_path: string;
  readonly manifest_length: number;
  readonly partition_spec_id: number;
  readonly content: number;
  readonly sequence_number: number;
  readonly min_sequence_number: number;
  readonly added_snapshot_id: number;
  readonly added_files_count: number;
  readonly existing_files_count: number;
  readonly deleted_files_count: number;
  readonly added_rows_count: number;
  readonly existing_rows_count: number;
  readonly deleted_rows_count: number;
  readonly partitions: null;
  readonly key_metadata: null;
}

function toRecord(manifest: ManifestFile): ManifestFileRecord {
  return {
    manifest_path: manifest.path,
    manifest_length: manifest.lengthBytes,
    partition_spec_id: 0,
    content: 0,
    sequence_number: manifest.sequenceNumber,
    min_sequence_number: manifest.minSequenceNumber,
    added_snapshot_id: manifest.addedSnapshotId,
    added_files_count: manifest.added.files,
    existing_files_count: manifest.existing.files,
    deleted_files_count: manifest.deleted.files,
    added_rows_count: manifest.added.rows,
    existing_rows_count: manifest.existing.rows,
    deleted_rows_count: manifest.deleted.rows,
    partitions: null,
    key_metadata: null,
  };
}

function fromRecord(record: ManifestFileRecord, path: string): ManifestFile {
  if (record.content !== 0) {
    throw new UnsupportedTableError(path, "it lists delete files, which this reader does not apply");
  }
  return {
    path: record.manifest_path,
    lengthBytes: record.manifest_length,
    sequenceNumber: record.sequence_number,
    minSequenceNumber: record.min_sequence_number,
    addedSnapshotId: record.added_snapshot_id,
    added: { files: record.added_files_count, rows: record.added_rows_count },
    existing: { files: record.existing_files_count, rows: record.existing_rows_count },
    deleted: { files: record.deleted_files_count, rows: record.deleted_rows_count },
  };
}

import { decodeAvroFile, encodeAvroFile } from "./avro-file";
import type { ColumnMetrics, DataFile } from "./data-file";
import type { FileCounts, ManifestFile } from "./manifest-list";
import { manifestSchema } from "./manifest-schemas";
import { schemaJson, type TableSchema } from "./schema";

/** One line of a manifest. https://iceberg.apache.org/spec/#manifests */
export interface ManifestEntry {
  readonly status: "existing" | "added" | "deleted";
  /** The snapshot that added the file, or deleted it. */
  readonly snapshotId: number;
  /**
   * Age of the rows ("data sequence number"): a file that compaction wrote has that of its newest input. Undefined in
   * an added entry of new rows that is being written: it is known only once the commit has won, so readers take it
   * from the manifest list (spec, "Sequence Number Inheritance").
   */
  readonly sequenceNumber: number | undefined;
  /** Of the commit that added the file; undefined in every added entry that is being written. */
  readonly fileSequenceNumber: number | undefined;
  readonly file: DataFile;
}

const statusCodes = { existing: 0, added: 1, deleted: 2 } as const;
const statusNames = ["existing", "added", "deleted"] as const;

export interface Manifest {
  readonly bytes: Buffer;
  readonly added: FileCounts;
  readonly existing: FileCounts;
  readonly deleted: FileCounts;
  /** Of the live entries whose number is known already. */
  readonly minSequenceNumber: number | undefined;
}

/** Maps the paths that the table's files hold to where those files lie now, and back. */
export interface PathMapping {
  toLocal(stored: string): string;
  toStored(local: string): string;
}

/** The header's keys are those that the spec requires of v2; Iceberg's Java library fails without them. */
export async function encodeManifest(
  schema: TableSchema,
  entries: readonly ManifestEntry[],
  paths: PathMapping,
  syncMarker: Buffer,
): Promise<Manifest> {
  const header = {
    schema: JSON.stringify(schemaJson(schema)),
    "schema-id": String(schema.schemaId),
    "partition-spec": "[]",
    "partition-spec-id": "0",
    "format-version": "2",
    content: "data",
  };
  const records = entries.map((entry) => entryRecord(entry, paths));
  const sequenceNumbers = entries
    .filter(({ status }) => status !== "deleted")
    .flatMap(({ sequenceNumber }) => sequenceNumber ?? []);
  return {
    bytes: await encodeAvroFile(manifestSchema, header, records, syncMarker),
    added: countFiles(entries, "added"),
    existing: countFiles(entries, "existing"),
    deleted: countFiles(entries, "deleted"),
    minSequenceNumber: sequenceNumbers.length === 0 ? undefined : Math.min(...sequenceNumbers),
  };
}

/** @param listed what the manifest list says of it: added entries inherit from there. */
export async function decodeManifest(
  bytes: Buffer,
  listed: ManifestFile,
  paths: PathMapping,
): Promise<ManifestEntry[]> {
  const { records } = await decodeAvroFile(bytes, manifestSchema);
  return records.map((record) => entryFromRecord(record as EntryRecord, listed, paths));
}

type Pairs<V> = readonly { readonly key: number; readonly value: V }[] | null;

interface EntryRecord {
  readonly status: number;
  readonly snapshot_id: number | null;
  readonly sequence_number: number | null;
  readonly file_sequence_number: number | null;
  readonly data_file: {
    readonly content: number;
    readonly file_path: string;
    readonly file_format: string;
    readonly partition: object;
    readonly record_count: number;
    readonly file_size_in_bytes: number;
    readonly column_sizes: Pairs<number>;
    readonly value_counts: Pairs<number>;
    readonly null_value_counts: Pairs<number>;
    readonly nan_value_counts: Pairs<number>;
    readonly lower_bounds: Pairs<Buffer>;
    readonly upper_bounds: Pairs<Buffer>;
    readonly key_metadata: null;
    readonly split_offsets: null;
    readonly equality_ids: null;
    readonly sort_order_id: number | null;
  };
}

function entryRecord(entry: ManifestEntry, paths: PathMapping): EntryRecord {
  const { file } = entry;
  return {
    status: statusCodes[entry.status],
    snapshot_id: entry.snapshotId,
    sequence_number: entry.sequenceNumber ?? null,
    file_sequence_number: entry.fileSequenceNumber ?? null,
    data_file: {
      content: 0,
      file_path: paths.toStored(file.path),
      file_format: "PARQUET",
      partition: {},
      record_count: file.recordCount,
      file_size_in_bytes: file.fileSizeBytes,
      column_sizes: pairs(file.columns.sizes),
      value_counts: pairs(file.columns.valueCounts),
      null_value_counts: pairs(file.columns.nullValueCounts),
      nan_value_counts: pairs(file.columns.nanValueCounts),
      lower_bounds: pairs(file.columns.lowerBounds),
      upper_bounds: pairs(file.columns.upperBounds),
      key_metadata: null,
      split_offsets: null,
      equality_ids: null,
      sort_order_id: 0,
    },
  };
}

function entryFromRecord(record: EntryRecord, listed: ManifestFile, paths: PathMapping): ManifestEntry {
  const file = record.data_file;
  const columns: ColumnMetrics = {
    sizes: mapOf(file.column_sizes),
    valueCounts: mapOf(file.value_counts),
    nullValueCounts: mapOf(file.null_value_counts),
    nanValueCounts: mapOf(file.nan_value_counts),
    lowerBounds: mapOf(file.lower_bounds),
    upperBounds: mapOf(file.upper_bounds),
  };
  return {
    status: statusNames[record.status] ?? "deleted",
    snapshotId: record.snapshot_id ?? listed.addedSnapshotId,
    sequenceNumber: record.sequence_number ?? listed.sequenceNumber,
    fileSequenceNumber: record.file_sequence_number ?? listed.sequenceNumber,
    file: {
      path: paths.toLocal(file.file_path),
      recordCount: file.record_count,
      fileSizeBytes: file.file_size_in_bytes,
      columns,
    },
  };
}

function countFiles(entries: readonly ManifestEntry[], status: ManifestEntry["status"]): FileCounts {
  const counted = entries.filter((entry) => entry.status === status);
  return { files: counted.length, rows: counted.reduce((rows, { file }) => rows + file.recordCount, 0) };
}

function pairs<V>(map: ReadonlyMap<number, V>): Pairs<V> {
  return map.size === 0 ? null : [...map].map(([key, value]) => ({ key, value }));
}

function mapOf<V>(list: Pairs<V>): ReadonlyMap<number, V> {
  return new Map(list?.map(({ key, value }) => [key, value]));
}

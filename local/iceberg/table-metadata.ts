import type { Column } from "../../pipeline/sensor-reading";
import { UnsupportedTableError } from "./errors";
import { firstSchema, schemaFromJson, schemaJson, type SchemaJson, type TableSchema } from "./schema";
import type { Snapshot, SnapshotOperation } from "./snapshot";

/** Table metadata as its file holds it. https://iceberg.apache.org/spec/#table-metadata-fields, column "v2" */
export interface TableMetadata {
  readonly "format-version": 2;
  readonly "table-uuid": string;
  readonly location: string;
  readonly "last-sequence-number": number;
  readonly "last-updated-ms": number;
  readonly "last-column-id": number;
  readonly schemas: readonly SchemaJson[];
  readonly "current-schema-id": number;
  readonly "partition-specs": readonly { readonly "spec-id": number; readonly fields: readonly unknown[] }[];
  readonly "default-spec-id": number;
  readonly "last-partition-id": number;
  readonly "sort-orders": readonly { readonly "order-id": number; readonly fields: readonly unknown[] }[];
  readonly "default-sort-order-id": number;
  readonly properties: Readonly<Record<string, string>>;
  readonly "current-snapshot-id"?: number;
  readonly refs: Readonly<Record<string, { readonly "snapshot-id": number; readonly type: string }>>;
  readonly "metadata-log": readonly { readonly "timestamp-ms": number; readonly "metadata-file": string }[];
  /** Oldest first. */
  readonly snapshots: readonly SnapshotJson[];
  readonly "snapshot-log": readonly { readonly "timestamp-ms": number; readonly "snapshot-id": number }[];
}

/** https://iceberg.apache.org/spec/#snapshots, column "v2" */
export interface SnapshotJson {
  readonly "snapshot-id": number;
  readonly "parent-snapshot-id"?: number;
  readonly "sequence-number": number;
  readonly "timestamp-ms": number;
  readonly "manifest-list": string;
  readonly summary: Readonly<Record<string, string>> & { readonly operation: string };
  readonly "schema-id": number;
}

/** The version that a new one is made from. */
export interface MetadataBase {
  readonly metadata: TableMetadata;
  /** As the table writes it, for the log of previous versions. */
  readonly file: string;
}

/**
 * Previous metadata files that are kept; older ones are removed after a commit, or a table's metadata would grow with
 * the square of its commits. The properties tell other writers to do the same.
 * https://iceberg.apache.org/docs/latest/configuration/#write-properties
 */
export const keptMetadataFiles = 20;
const ownProperties = {
  "write.format.default": "parquet",
  "write.parquet.compression-codec": "zstd",
  "write.metadata.delete-after-commit.enabled": "true",
  "write.metadata.previous-versions-max": String(keptMetadataFiles),
};

export function newTableMetadata(
  location: string,
  columns: readonly Column[],
  tableUuid: string,
  nowMs: number,
): TableMetadata {
  return {
    "format-version": 2,
    "table-uuid": tableUuid,
    location,
    "last-sequence-number": 0,
    "last-updated-ms": nowMs,
    "last-column-id": columns.length,
    schemas: [schemaJson(firstSchema(columns))],
    "current-schema-id": 0,
    "partition-specs": [{ "spec-id": 0, fields: [] }],
    "default-spec-id": 0,
    // Partition field ids start at 1000; this says that none is taken.
    "last-partition-id": 999,
    "sort-orders": [{ "order-id": 0, fields: [] }],
    "default-sort-order-id": 0,
    properties: ownProperties,
    refs: {},
    "metadata-log": [],
    snapshots: [],
    "snapshot-log": [],
  };
}

export function currentSchema(metadata: TableMetadata, path: string): TableSchema {
  const id = metadata["current-schema-id"];
  const current = metadata.schemas.find((schema) => schema["schema-id"] === id);
  if (current === undefined) throw new UnsupportedTableError(path, `no schema has the current id ${id}`);
  return schemaFromJson(current, path);
}

/**
 * The next snapshot's time. A clock that was set back must not make one older than its parent: Iceberg's Java library
 * refuses such a table.
 */
export function nextTimestampMs({ metadata }: MetadataBase, nowMs: number): number {
  return Math.max(nowMs, metadata["last-updated-ms"]);
}

/** The table with a new current snapshot on its main branch. */
export function withSnapshot(base: MetadataBase, snapshot: SnapshotJson): TableMetadata {
  const { metadata } = base;
  const id = snapshot["snapshot-id"];
  const timestampMs = snapshot["timestamp-ms"];
  return {
    ...nextVersion(base, timestampMs),
    "last-sequence-number": snapshot["sequence-number"],
    "current-snapshot-id": id,
    refs: { ...metadata.refs, main: { ...metadata.refs.main, "snapshot-id": id, type: "branch" } },
    snapshots: [...metadata.snapshots, snapshot],
    "snapshot-log": [...metadata["snapshot-log"], { "timestamp-ms": timestampMs, "snapshot-id": id }],
  };
}

export function withSchema(base: MetadataBase, schema: TableSchema, nowMs: number): TableMetadata {
  return {
    ...nextVersion(base, nextTimestampMs(base, nowMs)),
    "last-column-id": Math.max(
      base.metadata["last-column-id"],
      ...schema.columns.map(({ fieldId }) => fieldId),
    ),
    schemas: [...base.metadata.schemas, schemaJson(schema)],
    "current-schema-id": schema.schemaId,
  };
}

/** The table without some snapshots, and with some properties set. The current snapshot must not be among them. */
export function withoutSnapshots(
  base: MetadataBase,
  expired: ReadonlySet<number>,
  properties: Readonly<Record<string, string>>,
  nowMs: number,
): TableMetadata {
  const { metadata } = base;
  return {
    ...nextVersion(base, nextTimestampMs(base, nowMs)),
    properties: { ...metadata.properties, ...properties },
    snapshots: metadata.snapshots.filter((snapshot) => !expired.has(snapshot["snapshot-id"])),
    "snapshot-log": metadata["snapshot-log"].filter((entry) => !expired.has(entry["snapshot-id"])),
  };
}

export function snapshotFromJson(json: SnapshotJson): Snapshot {
  const { operation, ...summary } = json.summary;
  const parentSnapshotId = json["parent-snapshot-id"];
  return {
    snapshotId: json["snapshot-id"],
    ...(parentSnapshotId === undefined ? {} : { parentSnapshotId }),
    sequenceNumber: json["sequence-number"],
    timestampMs: json["timestamp-ms"],
    operation: operation as SnapshotOperation,
    summary,
  };
}

/** The JSON of list members, each with a comma before it. They never change, so each is encoded once. */
const encodedMembers = new WeakMap<object, Buffer>();

/** The file's bytes. Only what is new in it costs more than a copy, or commits would slow down as snapshots gather. */
export function encodeMetadata(metadata: TableMetadata): Buffer {
  const { snapshots, "snapshot-log": snapshotLog, ...rest } = metadata;
  return Buffer.concat([
    Buffer.from(JSON.stringify(rest).slice(0, -1), "utf8"),
    ...jsonList("snapshots", snapshots),
    ...jsonList("snapshot-log", snapshotLog),
    Buffer.from("}"),
  ]);
}

/** @throws UnsupportedTableError when this is no table that the writer could continue. */
export function decodeMetadata(bytes: Buffer, path: string): TableMetadata {
  let metadata: TableMetadata;
  try {
    metadata = JSON.parse(bytes.toString("utf8")) as TableMetadata;
  } catch (error) {
    throw new UnsupportedTableError(path, `not JSON (${(error as Error).message})`);
  }
  const version: unknown = metadata["format-version"];
  if (version !== 2)
    throw new UnsupportedTableError(path, `format version ${String(version)}; supported is 2`);
  if (metadata["partition-specs"].some(({ fields }) => fields.length > 0)) {
    throw new UnsupportedTableError(path, "the table is partitioned");
  }
  const unsafe = metadata.snapshots.find((snapshot) => !Number.isSafeInteger(snapshot["snapshot-id"]));
  if (unsafe !== undefined) {
    throw new UnsupportedTableError(path, "a snapshot id is above 2^53, written by another engine");
  }
  currentSchema(metadata, path);
  return metadata;
}

function nextVersion({ metadata, file }: MetadataBase, timestampMs: number): TableMetadata {
  const previous = { "timestamp-ms": metadata["last-updated-ms"], "metadata-file": file };
  return {
    ...metadata,
    "last-updated-ms": timestampMs,
    "metadata-log": [...metadata["metadata-log"], previous].slice(-keptMetadataFiles),
  };
}

function jsonList(name: string, [first, ...others]: readonly object[]): Buffer[] {
  const start = `,"${name}":[${first === undefined ? "" : JSON.stringify(first)}`;
  return [Buffer.from(start, "utf8"), ...others.map(encodeMember), Buffer.from("]")];
}

function encodeMember(member: object): Buffer {
  let bytes = encodedMembers.get(member);
  if (bytes === undefined) {
    bytes = Buffer.from(`,${JSON.stringify(member)}`, "utf8");
    encodedMembers.set(member, bytes);
  }
  return bytes;
}

import type { DataFile } from "./data-file";
import type { ManifestEntry } from "./manifest";
import { hasLiveFiles, liveFiles, type ManifestFile } from "./manifest-list";
import type { ManifestStore } from "./manifest-store";
import type { MetadataVersions, TableVersion } from "./metadata-versions";
import { fullTiers } from "./size-tiers";
import type { SnapshotOperation } from "./snapshot";
import { snapshotSummary } from "./snapshot-summary";
import type { TableIo } from "./table-io";
import { currentSchema, nextTimestampMs, withSnapshot, type SnapshotJson } from "./table-metadata";

/**
 * Manifests of about the same number of files that are merged into one. Every append adds a manifest; without merging,
 * the manifest list that each commit writes would grow with the number of commits.
 */
const mergedManifests = 16;

export interface SnapshotChange {
  readonly operation: SnapshotOperation;
  readonly snapshotId: number;
  readonly added: readonly DataFile[];
  /** Paths of files that leave the table. */
  readonly removed: ReadonlySet<string>;
  readonly summary: Readonly<Record<string, string>>;
}

/** A snapshot whose files are written, but which is not yet in the table. */
export interface SnapshotProposal {
  readonly metadata: ReturnType<typeof withSnapshot>;
  readonly snapshot: SnapshotJson;
  /** Manifests and manifest list, as the table names them: to be discarded when the commit loses. */
  readonly files: readonly string[];
}

/**
 * Writes the manifests and the manifest list of a new snapshot on top of `base`. Undefined when a file that should
 * leave the table is not in it.
 */
export async function proposeSnapshot(
  base: TableVersion,
  change: SnapshotChange,
  manifests: ManifestStore,
  versions: MetadataVersions,
  io: TableIo,
): Promise<SnapshotProposal | undefined> {
  const { metadata } = base;
  const { operation, snapshotId, added, removed, summary } = change;
  const schema = currentSchema(metadata, versions.path(base.version));
  const parent = metadata.snapshots.find((one) => one["snapshot-id"] === metadata["current-snapshot-id"]);
  const owner = {
    snapshotId,
    parentSnapshotId: parent?.["snapshot-id"],
    sequenceNumber: metadata["last-sequence-number"] + 1,
  };

  const inherited = parent === undefined ? [] : await manifests.readList(parent["manifest-list"]);
  const live = inherited.filter(hasLiveFiles);
  const rewriting =
    removed.size === 0 ? await merging(live, manifests) : await removing(live, removed, manifests);
  if (rewriting === undefined) return undefined;

  const deletedEntries = rewriting.entries.filter(({ file }) => removed.has(file.path));
  const sequenceNumber = newestData(deletedEntries);
  const entries = added.map((file): ManifestEntry => {
    return { status: "added", snapshotId, sequenceNumber, fileSequenceNumber: undefined, file };
  });
  const rewritten = rewriting.entries.map((entry): ManifestEntry => {
    return removed.has(entry.file.path)
      ? { ...entry, status: "deleted", snapshotId }
      : { ...entry, status: "existing" };
  });
  const encoded = await Promise.all(
    [rewritten, entries]
      .filter(({ length }) => length > 0)
      .map((ones) => manifests.encodeManifest(schema, ones, owner)),
  );
  const kept = live.filter((manifest) => !rewriting.manifests.has(manifest));
  const list = await manifests.encodeList(owner, [...kept, ...encoded.map(({ listed }) => listed)]);
  const files = [...encoded.map(({ unwritten }) => unwritten), list];
  await manifests.write(files);

  const deleted = deletedEntries.map(({ file }) => file);
  const snapshot: SnapshotJson = {
    "snapshot-id": snapshotId,
    ...(parent === undefined ? {} : { "parent-snapshot-id": parent["snapshot-id"] }),
    "sequence-number": owner.sequenceNumber,
    "timestamp-ms": nextTimestampMs(base, io.now()),
    summary: snapshotSummary(operation, parent, added, deleted, summary),
    "manifest-list": list.path,
    "schema-id": schema.schemaId,
  };
  return {
    metadata: withSnapshot(base, snapshot),
    snapshot,
    files: files.map(({ path }) => path),
  };
}

/**
 * The data sequence number of a file that takes the place of others: its rows are as old as those it was made of, and
 * not as the commit that rewrote them (spec, "Sequence Numbers"). Undefined when it takes the place of none.
 */
function newestData(replaced: readonly ManifestEntry[]): number | undefined {
  const known = replaced.flatMap(({ sequenceNumber }) => sequenceNumber ?? []);
  return known.length === 0 ? undefined : Math.max(...known);
}

/** Manifests that are replaced by one, and the live entries of all of them. */
interface Rewriting {
  readonly manifests: ReadonlySet<ManifestFile>;
  readonly entries: readonly ManifestEntry[];
}

async function merging(live: readonly ManifestFile[], store: ManifestStore): Promise<Rewriting> {
  const merged = fullTiers(live, liveFiles, mergedManifests)[0] ?? [];
  return { manifests: new Set(merged), entries: (await liveEntries(merged, store)).flat() };
}

async function removing(
  live: readonly ManifestFile[],
  removed: ReadonlySet<string>,
  store: ManifestStore,
): Promise<Rewriting | undefined> {
  const entriesOf = await liveEntries(live, store);
  const touched = entriesOf.filter((entries) => entries.some(({ file }) => removed.has(file.path)));
  const entries = touched.flat();
  if (entries.filter(({ file }) => removed.has(file.path)).length !== removed.size) return undefined;
  return { manifests: new Set(live.filter((_, index) => touched.includes(entriesOf[index] ?? []))), entries };
}

/** Entries that were deleted by an earlier snapshot are left out: they only tell of that snapshot. */
function liveEntries(listed: readonly ManifestFile[], store: ManifestStore): Promise<ManifestEntry[][]> {
  return Promise.all(
    listed.map(async (manifest) => {
      const entries = await store.readEntries(manifest);
      return entries.filter(({ status }) => status !== "deleted");
    }),
  );
}

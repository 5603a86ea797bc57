import { join, resolve } from "node:path";
import type { Column } from "../../pipeline/sensor-reading";
import type { DataFile } from "./data-file";
import { deliverySnapshot, rememberedDeliveries } from "./deliveries";
import { CommitConflictError, SnapshotNotFoundError, TableNotFoundError } from "./errors";
import { hasLiveFiles } from "./manifest-list";
import { ManifestStore } from "./manifest-store";
import { MetadataVersions, type TableVersion } from "./metadata-versions";
import { ReferencedFiles } from "./referenced-files";
import { evolveSchema, type TableColumn, type TableSchema } from "./schema";
import type { Snapshot } from "./snapshot";
import type { SnapshotChange } from "./snapshot-proposal";
import { deliveryIdKey } from "./snapshot-summary";
import { TableCommits } from "./table-commits";
import { tableIo, type TableIo } from "./table-io";
import {
  currentSchema,
  newTableMetadata,
  snapshotFromJson,
  withSchema,
  withoutSnapshots,
  type SnapshotJson,
} from "./table-metadata";
import { TablePaths, portable } from "./table-paths";

export interface AppendOptions {
  /** Goes into the snapshot's summary beside the counts. */
  readonly summary?: Readonly<Record<string, string>>;
  /** Makes the append happen once however often it is asked for. */
  readonly deliveryId?: string;
}

/** An append must get through; each attempt loses only to a commit that won. */
const appendAttempts = 100;
/** Maintenance gives way and tries again another time. Iceberg's default (`commit.retry.num-retries`). */
const maintenanceAttempts = 4;

/**
 * An Apache Iceberg v2 table on the local disk, unpartitioned, Parquet only, without row-level deletes.
 *
 * Any number of processes may write to it at once: the commit point is the creation of the next metadata file, and a
 * writer that loses the race tries again on top of the winner. An instance shows the table as of its last `refresh`
 * or own commit.
 *
 * What a commit consists of is on the disk before the commit point, and the commit point itself before `append`
 * resolves: a crash leaves the table as it was before or after, and so does a power cut on a journaling file system.
 * Files that a crash leaves over are in no snapshot; maintenance removes them.
 */
export class IcebergTable {
  readonly #versions: MetadataVersions;
  readonly #manifests: ManifestStore;
  readonly #referenced: ReferencedFiles;
  readonly #commits: TableCommits;

  private constructor(
    /** Absolute path of the folder that holds metadata/ and data/. */
    readonly location: string,
    readonly io: TableIo,
    versions: MetadataVersions,
    current: TableVersion,
  ) {
    this.#versions = versions;
    const paths = new TablePaths(location, current.metadata.location);
    this.#manifests = new ManifestStore(paths, io);
    this.#commits = new TableCommits(location, versions, this.#manifests, io, current);
    this.#referenced = new ReferencedFiles(this.#manifests, paths);
  }

  /**
   * Opens the table, or creates it; adds the columns that it lacks.
   *
   * @throws SchemaMismatchError when the table cannot take the columns.
   */
  static async openOrCreate(
    location: string,
    columns: readonly Column[],
    io?: Partial<TableIo>,
  ): Promise<IcebergTable> {
    const { table, created } = await IcebergTable.#create(resolve(location), columns, tableIo(io));
    if (!created) await table.#addColumns(columns);
    return table;
  }

  /** @throws TableNotFoundError when there is none. */
  static async open(location: string, io?: Partial<TableIo>): Promise<IcebergTable> {
    const absolute = resolve(location);
    const complete = tableIo(io);
    const versions = new MetadataVersions(absolute, complete);
    const current = await versions.latest();
    if (current === undefined) throw new TableNotFoundError(absolute);
    return new IcebergTable(absolute, complete, versions, current);
  }

  get schema(): TableSchema {
    return currentSchema(this.#commits.current.metadata, this.#versions.path(this.#commits.current.version));
  }

  get columns(): readonly TableColumn[] {
    return this.schema.columns;
  }

  /** The number N of the vN.metadata.json that this instance shows. */
  get version(): number {
    return this.#commits.current.version;
  }

  /** Retained snapshots, oldest first. */
  snapshots(): readonly Snapshot[] {
    return this.#commits.current.metadata.snapshots.map(snapshotFromJson);
  }

  /** Undefined while the table is empty. */
  currentSnapshot(): Snapshot | undefined {
    const current = this.#currentJson();
    return current && snapshotFromJson(current);
  }

  /** The snapshot that was current at a time; undefined when the table was empty then, or its snapshot has expired. */
  snapshotAsOf(timestampMs: number): Snapshot | undefined {
    const entry = this.#commits.current.metadata["snapshot-log"].findLast(
      (one) => one["timestamp-ms"] <= timestampMs,
    );
    return this.snapshots().find(({ snapshotId }) => snapshotId === entry?.["snapshot-id"]);
  }

  /** Picks up what other writers have committed, and makes the version hint name it if it does not. */
  async refresh(): Promise<void> {
    await this.#commits.refresh();
  }

  /**
   * The files of a snapshot, of the current one by default: those with the oldest rows first, as far as commits order
   * rows. A file that compaction wrote stands where its newest input stood.
   *
   * @throws SnapshotNotFoundError
   */
  async dataFiles(snapshotId?: number): Promise<readonly DataFile[]> {
    const snapshot = snapshotId === undefined ? this.#currentJson() : this.#snapshotJson(snapshotId);
    if (snapshot === undefined) return [];
    const manifests = await this.#manifests.readList(snapshot["manifest-list"]);
    const entries = await Promise.all(
      manifests.filter(hasLiveFiles).map((manifest) => this.#manifests.readEntries(manifest)),
    );
    return entries
      .flat()
      .filter(({ status }) => status !== "deleted")
      .sort((a, b) => (a.sequenceNumber ?? 0) - (b.sequenceNumber ?? 0))
      .map(({ file }) => file);
  }

  /** Where the next data file should be written; the name has not been used before. */
  newDataFilePath(): string {
    return join(this.location, "data", `${this.io.uuid()}.parquet`);
  }

  /**
   * Adds files to the table in one commit, and returns its snapshot. The files must be on the disk already.
   * With a `deliveryId` that was committed before, changes nothing and returns the snapshot that it was committed in,
   * or the current one when that has expired.
   *
   * When this rejects with an error of the file system, the commit may have happened all the same: ask `hasDelivery`,
   * or append again with the same `deliveryId`.
   *
   * @throws CommitConflictError
   */
  async append(
    files: readonly DataFile[],
    { summary = {}, deliveryId }: AppendOptions = {},
  ): Promise<Snapshot> {
    const change: SnapshotChange = {
      operation: "append",
      snapshotId: this.#commits.newSnapshotId(),
      added: files,
      removed: new Set(),
      summary: deliveryId === undefined ? summary : { ...summary, [deliveryIdKey]: deliveryId },
    };
    const snapshot = await this.#commits.attempt(appendAttempts, async () => {
      const delivered = deliveryId === undefined ? undefined : this.#delivered(deliveryId);
      return delivered ?? (await this.#commits.commitSnapshot(change));
    });
    if (snapshot === undefined) throw new CommitConflictError(this.location, appendAttempts);
    return snapshotFromJson(snapshot);
  }

  /**
   * Whether a delivery was committed, as of now. Remembered as long as its snapshot is retained, and afterwards for the
   * last 500 expired deliveries.
   */
  async hasDelivery(deliveryId: string): Promise<boolean> {
    await this.refresh();
    return this.#delivered(deliveryId) !== undefined;
  }

  /**
   * Replaces files by others that hold the same rows. Undefined when that is no longer possible, because a file has
   * left the table, or when other writers won several times: appends go first. Nothing has changed then.
   */
  async replaceFiles(
    removed: readonly DataFile[],
    added: readonly DataFile[],
  ): Promise<Snapshot | undefined> {
    const change: SnapshotChange = {
      operation: "replace",
      snapshotId: this.#commits.newSnapshotId(),
      added,
      removed: new Set(removed.map(({ path }) => path)),
      summary: {},
    };
    const snapshot = await this.#commits.attempt(maintenanceAttempts, () =>
      this.#commits.commitSnapshot(change),
    );
    return snapshot && snapshotFromJson(snapshot);
  }

  /**
   * Takes snapshots out of the table, never the current one or one with a tag. Their files stay until they are removed as
   * unreferenced.
   *
   * @param choose is called again when another writer was first.
   * @returns how many are gone; 0 when other writers won several times.
   */
  async expireSnapshots(choose: (retained: readonly Snapshot[]) => readonly number[]): Promise<number> {
    const gone = await this.#commits.attempt(maintenanceAttempts, async (base) => {
      const expired = new Set(choose(this.snapshots()));
      for (const reference of Object.values(base.metadata.refs)) expired.delete(reference["snapshot-id"]);
      if (expired.size === 0) return 0;
      const properties = rememberedDeliveries(base.metadata, expired);
      const next = withoutSnapshots(base, expired, properties, this.io.now());
      return (await this.#commits.publish(next)) ? expired.size : undefined;
    });
    return gone ?? 0;
  }

  /** Absolute paths of every data file, manifest and manifest list of the retained snapshots. */
  referencedFiles(): Promise<ReadonlySet<string>> {
    return this.#referenced.of(
      this.#commits.current.metadata.snapshots.map((snapshot) => snapshot["manifest-list"]),
    );
  }

  static async #create(
    location: string,
    columns: readonly Column[],
    io: TableIo,
  ): Promise<{ table: IcebergTable; created: boolean }> {
    const versions = new MetadataVersions(location, io);
    const existing = await versions.latest();
    if (existing !== undefined) {
      await versions.mendHint(existing.version);
      return { table: new IcebergTable(location, io, versions, existing), created: false };
    }
    await io.files.makeDirectory(join(location, "metadata"));
    await io.files.makeDirectory(join(location, "data"));
    const metadata = newTableMetadata(portable(location), columns, io.uuid(), io.now());
    const first = await versions.publish(undefined, metadata);
    const current = first ?? (await versions.latest());
    if (current === undefined) throw new TableNotFoundError(location);
    return { table: new IcebergTable(location, io, versions, current), created: first !== undefined };
  }

  async #addColumns(wanted: readonly Column[]): Promise<void> {
    const done = await this.#commits.attempt(appendAttempts, async (base) => {
      const { schema } = this;
      const { metadata } = base;
      const nextId = Math.max(...metadata.schemas.map((one) => one["schema-id"])) + 1;
      const evolved = evolveSchema(this.location, schema, metadata["last-column-id"], nextId, wanted);
      if (evolved === schema) return true;
      await this.#commits.publish(withSchema(base, evolved, this.io.now()));
      return undefined;
    });
    if (done === undefined) throw new CommitConflictError(this.location, appendAttempts);
  }

  #delivered(deliveryId: string): SnapshotJson | undefined {
    return deliverySnapshot(this.#commits.current.metadata, deliveryId);
  }

  #currentJson(): SnapshotJson | undefined {
    const id = this.#commits.current.metadata["current-snapshot-id"];
    return id === undefined ? undefined : this.#snapshotJson(id);
  }

  #snapshotJson(id: number): SnapshotJson {
    const { snapshots } = this.#commits.current.metadata;
    const found = snapshots.find((snapshot) => snapshot["snapshot-id"] === id);
    if (found === undefined) {
      throw new SnapshotNotFoundError(
        id,
        snapshots.map((snapshot) => snapshot["snapshot-id"]),
      );
    }
    return found;
  }
}

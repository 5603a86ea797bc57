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
import { proposeSnapshot, type SnapshotChange, type SnapshotProposal } from "./snapshot-proposal";
import { deliveryIdKey } from "./snapshot-summary";
import { errorCode } from "./table-files";
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
 * resolves: a crash or a power cut leaves the table as it was before or after. Files that a crash leaves over are in no
 * snapshot; maintenance removes them.
 */
export class IcebergTable {
  readonly #versions: MetadataVersions;
  readonly #manifests: ManifestStore;
  readonly #referenced: ReferencedFiles;
  #current: TableVersion;
  #lastCommit: Promise<unknown> = Promise.resolve();

  private constructor(
    /** Absolute path of the folder that holds metadata/ and data/. */
    readonly location: string,
    readonly io: TableIo,
    versions: MetadataVersions,
    current: TableVersion,
  ) {
    this.#versions = versions;
    this.#current = current;
    const paths = new TablePaths(location, current.metadata.location);
    this.#manifests = new ManifestStore(paths, io);
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
    return currentSchema(this.#current.metadata, this.#versions.path(this.#current.version));
  }

  get columns(): readonly TableColumn[] {
    return this.schema.columns;
  }

  /** The number N of the vN.metadata.json that this instance shows. */
  get version(): number {
    return this.#current.version;
  }

  /** Retained snapshots, oldest first. */
  snapshots(): readonly Snapshot[] {
    return this.#current.metadata.snapshots.map(snapshotFromJson);
  }

  /** Undefined while the table is empty. */
  currentSnapshot(): Snapshot | undefined {
    const current = this.#currentJson();
    return current && snapshotFromJson(current);
  }

  /** The snapshot that was current at a time; undefined when the table was empty then, or its snapshot has expired. */
  snapshotAsOf(timestampMs: number): Snapshot | undefined {
    const entry = this.#current.metadata["snapshot-log"].findLast(
      (one) => one["timestamp-ms"] <= timestampMs,
    );
    return this.snapshots().find(({ snapshotId }) => snapshotId === entry?.["snapshot-id"]);
  }

  /** Picks up what other writers have committed. */
  async refresh(): Promise<void> {
    const latest = await this.#versions.latest(this.#current);
    if (latest === undefined) throw new TableNotFoundError(this.location);
    this.#current = latest;
  }

  /**
   * The files of a snapshot, oldest first; of the current one by default.
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
  append(files: readonly DataFile[], { summary = {}, deliveryId }: AppendOptions = {}): Promise<Snapshot> {
    const change: SnapshotChange = {
      operation: "append",
      snapshotId: this.#newSnapshotId(),
      added: files,
      removed: new Set(),
      summary: deliveryId === undefined ? summary : { ...summary, [deliveryIdKey]: deliveryId },
    };
    return this.#exclusively(async () => {
      for (let attempt = 0; attempt < appendAttempts; attempt++) {
        const delivered = deliveryId === undefined ? undefined : this.#delivered(deliveryId);
        const snapshot = delivered ?? (await this.#tryCommit(change));
        if (snapshot !== undefined) return snapshotFromJson(snapshot);
        await this.refresh();
      }
      throw new CommitConflictError(this.location, appendAttempts);
    });
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
  replaceFiles(removed: readonly DataFile[], added: readonly DataFile[]): Promise<Snapshot | undefined> {
    const change: SnapshotChange = {
      operation: "replace",
      snapshotId: this.#newSnapshotId(),
      added,
      removed: new Set(removed.map(({ path }) => path)),
      summary: {},
    };
    return this.#exclusively(async () => {
      for (let attempt = 0; attempt < maintenanceAttempts; attempt++) {
        const snapshot = await this.#tryCommit(change);
        if (snapshot !== undefined) return snapshotFromJson(snapshot);
        await this.refresh();
      }
      return undefined;
    });
  }

  /**
   * Takes snapshots out of the table, never the current one or one with a tag; their files stay until they are removed as unreferenced.
   *
   * @param choose is called again when another writer was first.
   * @returns how many are gone; 0 when other writers won several times.
   */
  expireSnapshots(choose: (retained: readonly Snapshot[]) => readonly number[]): Promise<number> {
    return this.#exclusively(async () => {
      for (let attempt = 0; attempt < maintenanceAttempts; attempt++) {
        const { metadata } = this.#current;
        const expired = new Set(choose(this.snapshots()));
        for (const reference of Object.values(metadata.refs)) expired.delete(reference["snapshot-id"]);
        if (expired.size === 0) return 0;
        const properties = rememberedDeliveries(metadata, expired);
        const next = withoutSnapshots(this.#current, expired, properties, this.io.now());
        if (await this.#publish(next)) return expired.size;
        await this.refresh();
      }
      return 0;
    });
  }

  /** Absolute paths of every data file, manifest and manifest list of the retained snapshots. */
  referencedFiles(): Promise<ReadonlySet<string>> {
    return this.#referenced.of(this.#current.metadata.snapshots.map((snapshot) => snapshot["manifest-list"]));
  }

  static async #create(
    location: string,
    columns: readonly Column[],
    io: TableIo,
  ): Promise<{ table: IcebergTable; created: boolean }> {
    const versions = new MetadataVersions(location, io);
    const existing = await versions.latest();
    if (existing !== undefined)
      return { table: new IcebergTable(location, io, versions, existing), created: false };
    await io.files.makeDirectory(join(location, "metadata"));
    await io.files.makeDirectory(join(location, "data"));
    const metadata = newTableMetadata(portable(location), columns, io.uuid(), io.now());
    const first = await versions.publish(undefined, metadata);
    const current = first ?? (await versions.latest());
    if (current === undefined) throw new TableNotFoundError(location);
    return { table: new IcebergTable(location, io, versions, current), created: first !== undefined };
  }

  async #addColumns(wanted: readonly Column[]): Promise<void> {
    await this.#exclusively(async () => {
      for (let attempt = 0; attempt < appendAttempts; attempt++) {
        const { metadata } = this.#current;
        const { schema } = this;
        const nextId = Math.max(...metadata.schemas.map((one) => one["schema-id"])) + 1;
        const evolved = evolveSchema(this.location, schema, metadata["last-column-id"], nextId, wanted);
        if (evolved === schema) return;
        await this.#publish(withSchema(this.#current, evolved, this.io.now()));
        await this.refresh();
      }
      throw new CommitConflictError(this.location, appendAttempts);
    });
  }

  async #tryCommit(change: SnapshotChange): Promise<SnapshotJson | undefined> {
    const proposal = await this.#propose(change);
    if (proposal === undefined) return undefined;
    if (await this.#publish(proposal.metadata)) return proposal.snapshot;
    await this.#manifests.discard(proposal.files);
    return undefined;
  }

  async #publish(next: TableVersion["metadata"]): Promise<boolean> {
    const published = await this.#versions.publish(this.#current, next);
    if (published === undefined) return false;
    this.#current = published;
    return true;
  }

  async #propose(change: SnapshotChange): Promise<SnapshotProposal | undefined> {
    try {
      return await proposeSnapshot(this.#current, change, this.#manifests, this.#versions, this.io);
    } catch (error) {
      // The state that this instance shows may be so old that its files were removed.
      const outdated =
        errorCode(error) === "ENOENT" && (await this.#versions.latest(this.#current)) !== this.#current;
      if (outdated) return undefined;
      throw error;
    }
  }

  #newSnapshotId(): number {
    const taken = new Set(this.#current.metadata.snapshots.map((snapshot) => snapshot["snapshot-id"]));
    for (;;) {
      const id = this.io.snapshotId();
      if (!taken.has(id)) return id;
    }
  }

  #delivered(deliveryId: string): SnapshotJson | undefined {
    return deliverySnapshot(this.#current.metadata, deliveryId);
  }

  #currentJson(): SnapshotJson | undefined {
    const id = this.#current.metadata["current-snapshot-id"];
    return id === undefined ? undefined : this.#snapshotJson(id);
  }

  #snapshotJson(id: number): SnapshotJson {
    const { snapshots } = this.#current.metadata;
    const found = snapshots.find((snapshot) => snapshot["snapshot-id"] === id);
    if (found === undefined) {
      throw new SnapshotNotFoundError(
        id,
        snapshots.map((snapshot) => snapshot["snapshot-id"]),
      );
    }
    return found;
  }

  /** Commits of one instance wait for each other: they would only lose to themselves. */
  #exclusively<T>(commit: () => Promise<T>): Promise<T> {
    const running = this.#lastCommit.then(commit, commit);
    this.#lastCommit = running.catch(() => undefined);
    return running;
  }
}

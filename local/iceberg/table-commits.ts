import { TableNotFoundError, UnsupportedTableError } from "./errors";
import type { ManifestStore } from "./manifest-store";
import type { MetadataVersions, TableVersion } from "./metadata-versions";
import { proposeSnapshot, type SnapshotChange, type SnapshotProposal } from "./snapshot-proposal";
import { errorCode } from "./table-files";
import type { TableIo } from "./table-io";
import type { SnapshotJson, TableMetadata } from "./table-metadata";

/**
 * The version of a table that one instance shows, and its optimistic commits on top of it.
 * https://iceberg.apache.org/spec/#optimistic-concurrency
 */
export class TableCommits {
  #current: TableVersion;
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly location: string,
    private readonly versions: MetadataVersions,
    private readonly manifests: ManifestStore,
    private readonly io: TableIo,
    current: TableVersion,
  ) {
    this.#current = current;
  }

  get current(): TableVersion {
    return this.#current;
  }

  /** @throws UnsupportedTableError when another table has come to lie there */
  async refresh(): Promise<void> {
    const latest = await this.versions.latest(this.#current);
    if (latest === undefined) throw new TableNotFoundError(this.location);
    if (latest.metadata["table-uuid"] !== this.#current.metadata["table-uuid"]) {
      throw new UnsupportedTableError(
        latest.file,
        "another table has taken the place of the one that was opened",
      );
    }
    this.#current = latest;
    await this.versions.mendHint(latest.version);
  }

  /**
   * Tries until `commit` gives a result, on top of what other writers have committed meanwhile; undefined when it never
   * does. Commits of one instance wait for each other: they would only lose to themselves.
   */
  attempt<T>(
    attempts: number,
    commit: (base: TableVersion) => Promise<T | undefined>,
  ): Promise<T | undefined> {
    const run = async () => {
      for (let attempt = 0; attempt < attempts; attempt++) {
        const result = await commit(this.#current);
        if (result !== undefined) return result;
        await this.refresh();
      }
      return undefined;
    };
    const running = this.#last.then(run, run);
    this.#last = running.catch(() => undefined);
    return running;
  }

  /** Undefined when another writer was first, or the change is no longer possible. */
  async commitSnapshot(change: SnapshotChange): Promise<SnapshotJson | undefined> {
    const proposal = await this.#propose(change);
    if (proposal === undefined) return undefined;
    if (await this.publish(proposal.metadata)) return proposal.snapshot;
    await this.manifests.discard(proposal.files);
    return undefined;
  }

  /** False when another writer was first. */
  async publish(next: TableMetadata): Promise<boolean> {
    const published = await this.versions.publish(this.#current, next);
    if (published === undefined) return false;
    this.#current = published;
    return true;
  }

  newSnapshotId(): number {
    const taken = new Set(this.#current.metadata.snapshots.map((snapshot) => snapshot["snapshot-id"]));
    for (;;) {
      const id = this.io.snapshotId();
      if (!taken.has(id)) return id;
    }
  }

  async #propose(change: SnapshotChange): Promise<SnapshotProposal | undefined> {
    try {
      return await proposeSnapshot(this.#current, change, this.manifests, this.versions, this.io);
    } catch (error) {
      // The version that this instance shows may be so old that its files were removed.
      const outdated =
        errorCode(error) === "ENOENT" && (await this.versions.latest(this.#current)) !== this.#current;
      if (outdated) return undefined;
      throw error;
    }
  }
}

import { join } from "node:path";
import { UnsupportedTableError } from "./errors";
import { errorCode } from "./table-files";
import type { TableIo } from "./table-io";
import {
  decodeMetadata,
  encodeMetadata,
  keptMetadataFiles,
  type MetadataBase,
  type TableMetadata,
} from "./table-metadata";

/** One state of the table: metadata/vN.metadata.json. */
export interface TableVersion extends MetadataBase {
  readonly version: number;
}

/** Outdated metadata files are removed by every tenth commit, ten at a time. */
const removedAtOnce = 10;

/**
 * The metadata files of a table, and which of them is the newest.
 *
 * Creating vN.metadata.json is the commit: the file system lets one writer have the name. The version hint only says
 * where to start looking, so here it may lag or be missing; `mendHint` is for readers of other makers.
 * https://iceberg.apache.org/spec/#file-system-tables
 */
export class MetadataVersions {
  readonly #directory: string;
  readonly #hint: string;

  constructor(
    location: string,
    private readonly io: TableIo,
  ) {
    this.#directory = join(location, "metadata");
    this.#hint = join(this.#directory, "version-hint.text");
  }

  /**
   * The newest version; undefined when there is no table.
   *
   * @param known returned as it is when nothing newer is there.
   */
  async latest(known?: TableVersion): Promise<TableVersion | undefined> {
    // A version may be removed between finding and reading it, when many commits come in between.
    for (let attempt = 0; attempt < 10; attempt++) {
      const version = await this.#newestVersion(known?.version ?? 0);
      if (version === undefined) return undefined;
      if (version === known?.version) return known;
      const found = await this.#read(version);
      if (found !== undefined) return found;
    }
    throw new UnsupportedTableError(this.#directory, "the newest metadata file keeps vanishing");
  }

  /**
   * Makes `next` the version after `base`. Undefined when another writer was first: nothing has changed then.
   * Once this has created the file, the commit stands, also when it rejects.
   */
  async publish(base: TableVersion | undefined, next: TableMetadata): Promise<TableVersion | undefined> {
    const version = (base?.version ?? 0) + 1;
    try {
      await this.io.files.writeNew(this.path(version), encodeMetadata(next), this.io.now());
    } catch (error) {
      if (errorCode(error) === "EEXIST") return undefined;
      throw error;
    }
    const published: TableVersion = { version, metadata: next, file: storedPath(next, version) };
    if (!(await this.#isFirst(base, published))) {
      await this.io.files.remove(this.path(version));
      return undefined;
    }
    await this.#tidy(version);
    return published;
  }

  /**
   * Makes the hint name the newest version, `version` or a later one, if it names none or an older one: after a crash, on a
   * full disk, or when several writers were at it. Readers that go by the hint alone would not see those commits before
   * the next one. Leaves it as it is when it cannot be written.
   */
  async mendHint(version: number): Promise<void> {
    try {
      const hinted = await this.#hinted();
      if (hinted < version || !(await this.#exists(hinted))) await this.#writeHint(version);
    } catch {
      return;
    }
  }

  path(version: number): string {
    return join(this.#directory, `v${version}.metadata.json`);
  }

  /** The version whose metadata file has this name; undefined when it is no metadata file. */
  static versionOf(fileName: string): number | undefined {
    const digits = /^v([1-9]\d{0,14})\.metadata\.json$/.exec(fileName)?.[1];
    return digits === undefined ? undefined : Number(digits);
  }

  /**
   * A writer that slept for long may find its version's name free again because the file was removed as too old.
   * Files are removed oldest first, so while the base is there its successor was never removed.
   */
  async #isFirst(base: TableVersion | undefined, published: TableVersion): Promise<boolean> {
    if (base !== undefined && (await this.#exists(base.version))) return true;
    const newest = (await this.#listedVersions()).at(-1);
    // A base that is gone without a successor went with its whole table.
    if (newest === undefined || newest <= published.version) return base === undefined;
    const latest = await this.#read(newest);
    const { "table-uuid": uuid, "current-snapshot-id": snapshotId } = published.metadata;
    return (
      latest?.metadata["table-uuid"] === uuid &&
      (snapshotId === undefined || latest.metadata.snapshots.some((one) => one["snapshot-id"] === snapshotId))
    );
  }

  /**
   * The commit stands, so a failure here must not look like a failed commit. What is left undone, the next commits and
   * `mendHint` do.
   */
  async #tidy(version: number): Promise<void> {
    try {
      await this.#writeHint(version);
      if (version % removedAtOnce === 0) await this.#removeOutdated(version - keptMetadataFiles - 1);
    } catch {
      return;
    }
  }

  /**
   * Other writers may have committed and written their hints meanwhile, over which this would put an older one. So whoever
   * wrote last looks for a newer version, and the hint that stays is right.
   */
  async #writeHint(version: number): Promise<void> {
    let hinted: number;
    let newest: number | undefined = version;
    do {
      hinted = newest;
      await this.io.files.replace(this.#hint, Buffer.from(String(hinted)), this.io.now());
      newest = await this.#newestVersion(hinted);
    } while (newest !== undefined && newest !== hinted);
  }

  /** Oldest first: `#isFirst` relies on it. */
  async #removeOutdated(newest: number): Promise<void> {
    if (newest < 1 || !(await this.#exists(newest))) return;
    await this.#removeOutdated(newest - 1);
    await this.io.files.remove(this.path(newest));
  }

  async #newestVersion(known: number): Promise<number | undefined> {
    let version: number | undefined = Math.max(known, await this.#hinted());
    if (version === 0 || !(await this.#exists(version))) version = (await this.#listedVersions()).at(-1);
    while (version !== undefined && (await this.#exists(version + 1))) version++;
    return version;
  }

  async #hinted(): Promise<number> {
    try {
      const text = (await this.io.files.read(this.#hint)).toString("utf8").trim();
      return MetadataVersions.versionOf(`v${text}.metadata.json`) ?? 0;
    } catch (error) {
      if (errorCode(error) === "ENOENT") return 0;
      throw error;
    }
  }

  async #listedVersions(): Promise<number[]> {
    const names = await this.io.files.list(this.#directory);
    return names.flatMap((name) => MetadataVersions.versionOf(name) ?? []).sort((a, b) => a - b);
  }

  async #exists(version: number): Promise<boolean> {
    return (await this.io.files.stat(this.path(version))) !== undefined;
  }

  async #read(version: number): Promise<TableVersion | undefined> {
    const path = this.path(version);
    let bytes: Buffer;
    try {
      bytes = await this.io.files.read(path);
    } catch (error) {
      if (errorCode(error) === "ENOENT") return undefined;
      throw error;
    }
    const metadata = decodeMetadata(bytes, path);
    return { version, metadata, file: storedPath(metadata, version) };
  }
}

function storedPath({ location }: TableMetadata, version: number): string {
  return `${location}/metadata/v${version}.metadata.json`;
}

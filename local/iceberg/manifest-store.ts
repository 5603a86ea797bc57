import { createHash } from "node:crypto";
import { join } from "node:path";
import { decodeManifest, encodeManifest, type ManifestEntry } from "./manifest";
import {
  decodeManifestList,
  encodeManifestList,
  type ManifestFile,
  type ManifestListOwner,
} from "./manifest-list";
import type { TableSchema } from "./schema";
import type { TableIo } from "./table-io";
import type { TablePaths } from "./table-paths";

/** A manifest or manifest list that is encoded and named, and not written yet. */
export interface UnwrittenFile {
  /** As the table names it. */
  readonly path: string;
  readonly bytes: Buffer;
}

/** Reads and writes the manifests and manifest lists of one table. */
export class ManifestStore {
  /** The list that the next commit reads first; files of a table never change. */
  #lastList: { readonly path: string; readonly manifests: readonly ManifestFile[] } | undefined;

  constructor(
    private readonly paths: TablePaths,
    private readonly io: TableIo,
  ) {}

  /** @param path as the snapshot has it. */
  async readList(path: string): Promise<readonly ManifestFile[]> {
    if (this.#lastList?.path === path) return this.#lastList.manifests;
    const local = this.paths.toLocal(path);
    const manifests = await decodeManifestList(await this.io.files.read(local), local);
    this.#lastList = { path, manifests };
    return manifests;
  }

  async readEntries(manifest: ManifestFile): Promise<ManifestEntry[]> {
    return decodeManifest(await this.io.files.read(this.paths.toLocal(manifest.path)), manifest, this.paths);
  }

  async encodeManifest(
    schema: TableSchema,
    entries: readonly ManifestEntry[],
    { snapshotId, sequenceNumber }: Pick<ManifestListOwner, "snapshotId" | "sequenceNumber">,
  ): Promise<{ readonly unwritten: UnwrittenFile; readonly listed: ManifestFile }> {
    const name = `${this.io.uuid()}-m0.avro`;
    const { bytes, ...counted } = await encodeManifest(schema, entries, this.paths, syncMarker(name));
    const path = this.#stored(name);
    const listed: ManifestFile = {
      path,
      lengthBytes: bytes.length,
      sequenceNumber,
      minSequenceNumber: Math.min(sequenceNumber, counted.minSequenceNumber ?? sequenceNumber),
      addedSnapshotId: snapshotId,
      added: counted.added,
      existing: counted.existing,
      deleted: counted.deleted,
    };
    return { unwritten: { path, bytes }, listed };
  }

  async encodeList(owner: ManifestListOwner, manifests: readonly ManifestFile[]): Promise<UnwrittenFile> {
    const name = `snap-${owner.snapshotId}-${owner.sequenceNumber}.avro`;
    const path = this.#stored(name);
    const bytes = await encodeManifestList(owner, manifests, syncMarker(name));
    this.#lastList = { path, manifests };
    return { path, bytes };
  }

  /** The files may be written in any order: nothing leads to them before the commit. */
  async write(files: readonly UnwrittenFile[]): Promise<void> {
    const { files: disk } = this.io;
    await Promise.all(
      files.map(({ path, bytes }) => disk.write(this.paths.toLocal(path), bytes, this.io.now())),
    );
  }

  /** Removes manifests and lists of a commit that did not come about. */
  async discard(paths: readonly string[]): Promise<void> {
    await Promise.all(paths.map((path) => this.io.files.remove(this.paths.toLocal(path))));
  }

  #stored(name: string): string {
    return this.paths.toStored(join(this.paths.location, "metadata", name));
  }
}

/** Sixteen bytes that differ from file to file and follow from the injected ids. */
function syncMarker(fileName: string): Buffer {
  return createHash("sha256").update(fileName).digest().subarray(0, 16);
}

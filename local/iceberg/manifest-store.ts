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

/** Reads and writes the manifests and manifest lists of one table. */
export class ManifestStore {
  constructor(
    private readonly paths: TablePaths,
    private readonly io: TableIo,
  ) {}

  /** @param path as the snapshot has it. */
  async readList(path: string): Promise<ManifestFile[]> {
    const local = this.paths.toLocal(path);
    return decodeManifestList(await this.io.files.read(local), local);
  }

  async readEntries(manifest: ManifestFile): Promise<ManifestEntry[]> {
    return decodeManifest(await this.io.files.read(this.paths.toLocal(manifest.path)), manifest, this.paths);
  }

  async writeManifest(
    schema: TableSchema,
    entries: readonly ManifestEntry[],
    { snapshotId, sequenceNumber }: Pick<ManifestListOwner, "snapshotId" | "sequenceNumber">,
  ): Promise<ManifestFile> {
    const uuid = this.io.uuid();
    const { bytes, ...counted } = await encodeManifest(schema, entries, this.paths, syncMarker(uuid));
    const path = await this.#write(`${uuid}-m0.avro`, bytes);
    return {
      path,
      lengthBytes: bytes.length,
      sequenceNumber,
      minSequenceNumber: Math.min(sequenceNumber, counted.minSequenceNumber ?? sequenceNumber),
      addedSnapshotId: snapshotId,
      added: counted.added,
      existing: counted.existing,
      deleted: counted.deleted,
    };
  }

  /** Returns the path for the snapshot. */
  async writeList(owner: ManifestListOwner, manifests: readonly ManifestFile[]): Promise<string> {
    const uuid = this.io.uuid();
    const bytes = await encodeManifestList(owner, manifests, syncMarker(uuid));
    return this.#write(`snap-${owner.snapshotId}-0-${uuid}.avro`, bytes);
  }

  /** Removes manifests and lists of a commit that did not come about. */
  async discard(paths: readonly string[]): Promise<void> {
    await Promise.all(paths.map((path) => this.io.files.remove(this.paths.toLocal(path))));
  }

  async #write(name: string, bytes: Buffer): Promise<string> {
    const local = join(this.paths.location, "metadata", name);
    await this.io.files.writeNew(local, bytes, this.io.now());
    return this.paths.toStored(local);
  }
}

/** Sixteen bytes that differ from file to file and follow from the injected id. */
function syncMarker(uuid: string): Buffer {
  return createHash("sha256").update(uuid).digest().subarray(0, 16);
}

import type { ManifestFile } from "./manifest-list";
import type { ManifestStore } from "./manifest-store";
import type { TablePaths } from "./table-paths";

/**
 * Finds every file that snapshots lead to. Manifest lists and manifests never change, and most are there again the next
 * time, so each is read once; what is no longer asked for is forgotten.
 */
export class ReferencedFiles {
  #manifestsOf: ReadonlyMap<string, readonly ManifestFile[]> = new Map();
  #dataFilesOf: ReadonlyMap<string, readonly string[]> = new Map();

  constructor(
    private readonly manifests: ManifestStore,
    private readonly paths: TablePaths,
  ) {}

  /**
   * @param lists manifest lists, as the snapshots have them.
   * @returns absolute paths of the lists, their manifests and the live data files of those.
   */
  async of(lists: readonly string[]): Promise<ReadonlySet<string>> {
    const manifestsOf = new Map<string, readonly ManifestFile[]>();
    const dataFilesOf = new Map<string, readonly string[]>();
    for (const list of lists) {
      const listed = this.#manifestsOf.get(list) ?? (await this.manifests.readList(list));
      manifestsOf.set(list, listed);
      for (const manifest of listed) {
        if (dataFilesOf.has(manifest.path)) continue;
        dataFilesOf.set(
          manifest.path,
          this.#dataFilesOf.get(manifest.path) ?? (await this.#liveFiles(manifest)),
        );
      }
    }
    this.#manifestsOf = manifestsOf;
    this.#dataFilesOf = dataFilesOf;
    const stored = [...manifestsOf.keys(), ...dataFilesOf.keys()];
    return new Set([...stored.map((path) => this.paths.toLocal(path)), ...[...dataFilesOf.values()].flat()]);
  }

  async #liveFiles(manifest: ManifestFile): Promise<string[]> {
    const entries = await this.manifests.readEntries(manifest);
    return entries.filter(({ status }) => status !== "deleted").map(({ file }) => file.path);
  }
}

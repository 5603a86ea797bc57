import { createReadStream, existsSync } from "node:fs";
import { mkdir, readdir, rename, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { UserError } from "../../local/cli/user-error";
import type { Warehouse } from "../../local/warehouse";
import { settings } from "../../pipeline/settings";
import { archivePrefix, hourOf, type ErrorObject, type ErrorObjects } from "./error-objects";

/** The failed records of the local pipeline: its error bucket is a folder, keys are paths in it. */
export class FolderObjects implements ErrorObjects {
  readonly location: string;
  private readonly bucket: string;
  /** Beside the bucket: `npm start` makes the bucket anew and refuses to when it holds anything but errors. */
  private readonly archiveFolder: string;
  readonly #prefix = settings.deliveryStream.errorPrefix;

  /** @throws UserError when the local pipeline has never run there */
  constructor({ root, errorBucket }: Warehouse) {
    this.bucket = errorBucket;
    this.location = join(errorBucket, this.#prefix);
    this.archiveFolder = join(root, archivePrefix, basename(errorBucket));
    if (existsSync(root)) return;
    throw new UserError(
      `There is no local pipeline in ${root}. Run it with npm start, or name its folder with --warehouse.`,
    );
  }

  async *list(): AsyncGenerator<ErrorObject> {
    if (existsSync(this.location)) yield* this.#below(this.#prefix.replace(/\/$/, ""));
  }

  read({ key }: ErrorObject): Promise<Readable> {
    return Promise.resolve(createReadStream(join(this.bucket, key)));
  }

  async archive({ key }: ErrorObject): Promise<string> {
    const archived = join(this.archiveFolder, key);
    await mkdir(dirname(archived), { recursive: true });
    await rename(join(this.bucket, key), archived);
    return archived;
  }

  /** One folder after the other in the order of S3's keys, so that no more than one is in memory. */
  async *#below(folder: string): AsyncGenerator<ErrorObject> {
    const entries = await readdir(join(this.bucket, folder), { withFileTypes: true });
    const ordered = entries
      .map((entry) => ({ entry, sortKey: entry.isDirectory() ? `${entry.name}/` : entry.name }))
      .sort((a, b) => (a.sortKey < b.sortKey ? -1 : 1));
    for (const { entry } of ordered) {
      const key = `${folder}/${entry.name}`;
      if (entry.isDirectory()) yield* this.#below(key);
      else if (entry.isFile()) {
        const { size, mtime } = await stat(join(this.bucket, key));
        yield { key, bytes: size, hour: hourOf(key, mtime) };
      }
    }
  }
}

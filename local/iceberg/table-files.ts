import { randomUUID } from "node:crypto";
import { link, mkdir, open, readFile, readdir, rename, stat, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { HardLinksUnsupportedError } from "./errors";

export interface FileStatus {
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

/** What the table asks of a file system. Paths are absolute. Errors are those of `node:fs`, told apart by `code`. */
export interface TableFiles {
  /** Rejects with ENOENT when there is no such file. */
  read(path: string): Promise<Buffer>;
  /**
   * Creates a file that nothing refers to yet. Its content is on the disk when this resolves; its name is when
   * `writeNew` next resolves for a file in the same folder.
   */
  write(path: string, bytes: Uint8Array, modifiedMs: number): Promise<void>;
  /**
   * Creates a file that appears whole or not at all, and is on the disk when this resolves.
   * Rejects with EEXIST when the name is taken.
   */
  writeNew(path: string, bytes: Uint8Array, modifiedMs: number): Promise<void>;
  /**
   * Takes the place of a file of that name, in one step. Not brought to the disk: after a power cut the file may be
   * the old one, or empty.
   */
  replace(path: string, bytes: Uint8Array, modifiedMs: number): Promise<void>;
  /** Dates a file that something else wrote, and brings it and its name to the disk. */
  seal(path: string, modifiedMs: number): Promise<void>;
  /** Names in a folder; none when there is no such folder. */
  list(directory: string): Promise<readonly string[]>;
  /** Undefined when there is no such file. */
  stat(path: string): Promise<FileStatus | undefined>;
  /** Does nothing when there is no such file. */
  remove(path: string): Promise<void>;
  /** Makes a folder and those above it. Does nothing when it is there. */
  makeDirectory(path: string): Promise<void>;
}

/** The suffix of a file that is being written. One that is left over tells of a crash. */
export const temporarySuffix = ".tmp";

/** What link(2) says on file systems like exFAT. */
const withoutHardLinks: ReadonlySet<string> = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"]);

export const nodeFiles: TableFiles = {
  read: (path) => readFile(path),

  async write(path, bytes, modifiedMs) {
    await create(path, bytes, modifiedMs, true);
  },

  async writeNew(path, bytes, modifiedMs) {
    const temporary = temporaryName(path);
    await create(temporary, bytes, modifiedMs, true);
    try {
      // link(2) refuses a name that is taken, which rename(2) would overwrite.
      await link(temporary, path);
    } catch (error) {
      if (withoutHardLinks.has(errorCode(error) ?? ""))
        throw new HardLinksUnsupportedError(path, { cause: error });
      throw error;
    } finally {
      await unlink(temporary);
    }
    await syncDirectory(dirname(path));
  },

  async replace(path, bytes, modifiedMs) {
    const temporary = temporaryName(path);
    await create(temporary, bytes, modifiedMs, false);
    try {
      await rename(temporary, path);
    } catch (error) {
      await unlink(temporary);
      throw error;
    }
  },

  async seal(path, modifiedMs) {
    const file = await open(path, "r+");
    try {
      await file.utimes(modifiedMs / 1000, modifiedMs / 1000);
      await file.sync();
    } finally {
      await file.close();
    }
    await syncDirectory(dirname(path));
  },

  async list(directory) {
    return (await unlessAbsent(readdir(directory))) ?? [];
  },

  async stat(path) {
    const found = await unlessAbsent(stat(path));
    return found && { sizeBytes: found.size, modifiedMs: found.mtimeMs };
  },

  async remove(path) {
    await unlessAbsent(unlink(path));
  },

  async makeDirectory(path) {
    const first = await mkdir(path, { recursive: true });
    if (first === undefined) return;
    for (let created = path; created.length >= first.length; created = dirname(created)) {
      await syncDirectory(dirname(created));
    }
  },
};

/** The `code` of a file system error: `ENOENT`, `EEXIST` ... */
export function errorCode(error: unknown): string | undefined {
  const code: unknown =
    typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : undefined;
}

function temporaryName(path: string): string {
  return join(dirname(path), `${randomUUID()}${temporarySuffix}`);
}

/** Leaves nothing behind when it fails. */
async function create(path: string, bytes: Uint8Array, modifiedMs: number, durable: boolean): Promise<void> {
  const file = await open(path, "wx");
  try {
    await file.writeFile(bytes);
    await file.utimes(modifiedMs / 1000, modifiedMs / 1000);
    if (durable) await file.sync();
    await file.close();
  } catch (error) {
    await file.close().catch(() => undefined);
    await unlink(path);
    throw error;
  }
}

/** A new name is on the disk only when its folder is. Windows has no such call and needs none. */
async function syncDirectory(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

async function unlessAbsent<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

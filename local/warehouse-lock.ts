import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { UserError } from "./cli/user-error";

export interface WarehouseLock {
  /** Lets others know where the holder is found. */
  readonly announce: (url: string) => void;
  readonly release: () => void;
}

/** What the holder of a lock says of itself; only for the message that others see. */
interface Holder {
  readonly pid: number;
  readonly since: string;
  readonly url?: string;
}

/** The operating system's lock does not keep a process from itself. */
const heldHere = new Set<string>();

/**
 * Makes this process the only one that writes to a warehouse's streams. The lock is the one that DuckDB has the operating system
 * put on its database file, so it ends with the process, however that ends.
 *
 * @throws UserError when another process holds it
 */
export async function lockWarehouse(root: string): Promise<WarehouseLock> {
  const folder = resolve(root);
  mkdirSync(folder, { recursive: true });
  // Two files: opening and closing the locked one once more would end the lock (fcntl(2), "record locks").
  const lockPath = join(folder, "serve.lock");
  const holderPath = join(folder, "serve.json");
  if (heldHere.has(folder)) throw inUse(folder, readHolder(holderPath));
  heldHere.add(folder);
  try {
    const { DuckDBInstance } = await import("@duckdb/node-api");
    const instance = await DuckDBInstance.create(lockPath);
    const announce = (url?: string) => {
      const holder: Holder = {
        pid: process.pid,
        since: new Date().toISOString(),
        ...(url !== undefined && { url }),
      };
      writeFileSync(holderPath, JSON.stringify(holder));
    };
    announce();
    return {
      announce,
      release: () => {
        rmSync(holderPath, { force: true });
        instance.closeSync();
        heldHere.delete(folder);
      },
    };
  } catch (error) {
    heldHere.delete(folder);
    if (error instanceof Error && error.message.includes("lock"))
      throw inUse(folder, readHolder(holderPath), error);
    throw error;
  }
}

function inUse(folder: string, holder: Holder | undefined, cause?: Error): UserError {
  const who = holder
    ? `process ${holder.pid}${holder.url === undefined ? "" : ` at ${holder.url}`}, since ${holder.since}`
    : "another process";
  return new UserError(
    `The warehouse ${folder} is in use by ${who}. ` +
      "Wait until that one is done, or stop it, or choose another folder with --warehouse.",
    { cause },
  );
}

function readHolder(path: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Holder;
  } catch {
    return undefined;
  }
}

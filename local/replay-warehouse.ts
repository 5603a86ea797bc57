import { lstat, readdir, rm } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { UserError } from "./cli/user-error";
import type { Warehouse } from "./warehouse";

/** What the pipeline itself puts into each of its folders. Anything else there is somebody else's. */
function ownFolders({ tableLocation, errorBucket, streamDirectory }: Warehouse) {
  const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\./;
  return [
    { folder: tableLocation, ours: /^(?:metadata|data)$/ },
    { folder: errorBucket, ours: /^errors$/ },
    { folder: streamDirectory, ours: uuid },
  ];
}

/**
 * Removes what an earlier run of this stack left in the warehouse: its table, its failed records and its buffers.
 * Other stacks in the same warehouse stay.
 *
 * @throws UserError, with nothing removed, when a folder holds something that the pipeline did not make or is a link
 */
export async function removeEarlierRun(warehouse: Warehouse): Promise<void> {
  const folders = ownFolders(warehouse);
  for (const { folder, ours } of folders) {
    await refuseLinks(warehouse.root, folder);
    const foreign = (await entries(folder)).find((name) => !ours.test(name));
    if (foreign === undefined) continue;
    throw new UserError(
      `${folder} holds "${foreign}", which this pipeline did not make, so it is not replaced. ` +
        "Choose another folder with --warehouse, or add to what is there with --keep.",
    );
  }
  for (const { folder } of folders) await rm(folder, { recursive: true, force: true });
}

/** A link on the way would lead out of the warehouse. */
async function refuseLinks(root: string, folder: string): Promise<void> {
  let path = root;
  for (const part of relative(root, folder).split(sep)) {
    path = join(path, part);
    const status = await unlessAbsent(lstat(path));
    if (status && !status.isDirectory()) {
      throw new UserError(`${path} is not a folder, so nothing in it is replaced. Move it away first.`);
    }
  }
}

async function entries(folder: string): Promise<readonly string[]> {
  return (await unlessAbsent(readdir(folder))) ?? [];
}

async function unlessAbsent<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

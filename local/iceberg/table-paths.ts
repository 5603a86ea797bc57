import { join, resolve, sep } from "node:path";
import { UnsupportedTableError } from "./errors";
import type { PathMapping } from "./manifest";

/**
 * Where a table's files lie. Iceberg metadata holds absolute paths; ours are read as relative to the table's location,
 * so that a table that was moved, or is reached through another mount, still opens here.
 */
export class TablePaths implements PathMapping {
  /** @param stored the location as the metadata has it. */
  constructor(
    readonly location: string,
    readonly stored: string,
  ) {}

  /** @throws UnsupportedTableError when the file lies outside the table. */
  toLocal(stored: string): string {
    const relative = stored.startsWith(`${this.stored}/`) ? stored.slice(this.stored.length + 1) : undefined;
    const local = relative === undefined ? undefined : join(this.location, relative);
    if (!local?.startsWith(this.location + sep)) {
      throw new UnsupportedTableError(stored, `it lies outside the table's location ${this.stored}`);
    }
    return local;
  }

  toStored(local: string): string {
    const absolute = resolve(local);
    if (!absolute.startsWith(this.location + sep)) {
      throw new UnsupportedTableError(local, `it lies outside the table's location ${this.location}`);
    }
    return `${this.stored}/${portable(absolute.slice(this.location.length + 1))}`;
  }
}

/** A path as metadata holds it: no scheme, because readers take `%20` in a file: URI literally; slashes on Windows too. */
export function portable(path: string): string {
  return path.split(sep).join("/");
}

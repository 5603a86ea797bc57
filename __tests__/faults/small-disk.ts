import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const sizeMib = 64;

/** A folder for one warehouse; where the machine allows, on a file system so small that it can be filled. */
export class SmallDisk {
  private static readonly present = new Set<SmallDisk>();
  readonly folder = mkdtempSync(join(tmpdir(), "faults-test-"));
  /** Why it cannot be filled; undefined when it can. */
  readonly shortcoming: string | undefined;

  constructor() {
    SmallDisk.present.add(this);
    const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${sizeMib}m`, "tmpfs", this.folder], {
      encoding: "utf8",
    });
    if (mounted.status !== 0) this.shortcoming = mounted.error?.message ?? mounted.stderr.trim();
  }

  /** Removes what a process leaves behind that is about to exit. */
  static removeAll(): void {
    for (const disk of SmallDisk.present) disk.remove();
  }

  /** Takes all but some space. */
  fill(spareBytes: number): void {
    const chunk = Buffer.alloc(2 ** 20);
    const path = join(this.folder, "ballast");
    try {
      for (let written = 0; written <= sizeMib; written++) writeFileSync(path, chunk, { flag: "a" });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
    }
    truncateSync(path, Math.max(0, statSync(path).size - spareBytes));
  }

  free(): void {
    rmSync(join(this.folder, "ballast"), { force: true });
  }

  remove(): void {
    if (this.shortcoming === undefined) spawnSync("umount", ["-l", this.folder]);
    // A server that was killed a moment ago may still finish a write.
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
    SmallDisk.present.delete(this);
  }
}

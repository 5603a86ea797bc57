import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve, sep } from "node:path";
import { buildSync } from "esbuild";
import { unzipSync } from "fflate";

/** A folder with an unpacked function, as /var/task is in Lambda, and the thread program that runs it. */
export interface TaskRoot {
  readonly directory: string;
  /** Absolute path of the thread's program. */
  readonly threadFile: string;
  remove(): void;
}

/**
 * Unpacks a deployment package into a temporary folder. It has a package.json of its own above it, so that nothing
 * further up decides whether index.js is an ES module.
 */
export function unpackFunction(zip: Uint8Array): TaskRoot {
  const root = mkdtempSync(join(tmpdir(), "s3tables-firehose-function-"));
  const remove = () => {
    process.off("exit", remove);
    rmSync(root, { recursive: true, force: true });
  };
  process.once("exit", remove);
  const directory = join(root, "task");
  for (const [name, bytes] of Object.entries(unzipSync(zip))) {
    const path = resolve(directory, name);
    if (!path.startsWith(directory + sep))
      throw new Error(`The zip holds a file outside its folder: ${name}`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
  }
  writeFileSync(join(root, "package.json"), "{}");
  const threadFile = join(root, "thread.js");
  // A worker thread does not inherit the loader that lets this program be TypeScript.
  buildSync({
    entryPoints: [join(__dirname, "thread.ts")],
    outfile: threadFile,
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    logLevel: "silent",
  });
  return { directory, threadFile, remove };
}

import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { buildSync } from "esbuild";
import { zipSync } from "fflate";

/** A deployable Lambda function: one minified CommonJS file, index.js, in a zip. */
export interface FunctionBundle {
  readonly zip: Uint8Array;
  /** What Lambda reports as CodeSha256: the zip's SHA-256 in base64. */
  readonly sha256: string;
  /** Lambda's handler setting. */
  readonly handler: string;
}

/** The earliest date a zip can hold; any fixed one keeps the bytes independent of when they were made. */
const zipDate = "1980-01-01T00:00:00";

/**
 * Bundles a function with everything it imports. The same sources give the same bytes on every machine and in
 * every folder: no paths, dates or legal comments go in, and fflate compresses without the platform's zlib.
 *
 * @param directory the function's folder, whose handler.ts exports `handler`
 */
export function bundleFunction(directory: string): FunctionBundle {
  const { outputFiles } = buildSync({
    absWorkingDir: resolve(directory),
    entryPoints: ["handler.ts"],
    bundle: true,
    write: false,
    platform: "node",
    target: "node24",
    format: "cjs",
    mainFields: ["module", "main"],
    minify: true,
    legalComments: "none",
    charset: "utf8",
    tsconfigRaw: {},
    logLevel: "silent",
  });
  const [code] = outputFiles;
  if (!code) throw new Error(`esbuild wrote nothing for ${directory}`);
  const zip = zipSync({ "index.js": [code.contents, { mtime: zipDate }] }, { level: 9 });
  return { zip, sha256: createHash("sha256").update(zip).digest("base64"), handler: "index.handler" };
}

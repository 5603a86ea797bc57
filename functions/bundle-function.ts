import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { build, type BuildOptions, buildSync, type OutputFile } from "esbuild";
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
 * Environment of esbuild, which is written in Go: it is done before collecting garbage would be worth the time, and
 * leaves all processors but one to this process.
 */
const quickInGo = { GOGC: "off", GOMAXPROCS: "1" };

const bundles = new Map<string, FunctionBundle>();

/**
 * Bundles a function with everything it imports. The same sources give the same bytes on every machine and in
 * every folder: no paths, dates or legal comments go in, and fflate compresses without the platform's zlib.
 *
 * @param directory the function's folder, whose handler.ts exports `handler`
 */
export function bundleFunction(directory: string): FunctionBundle {
  return bundles.get(resolve(directory)) ?? keep(directory, buildSync(buildOptions(directory)).outputFiles);
}

/**
 * The same in a process beside this one, which can do something else meanwhile; `bundleFunction` then has the bundle
 * at once.
 */
export async function bundleFunctionAhead(directory: string): Promise<void> {
  const before = Object.keys(quickInGo).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, quickInGo);
  const building = build(buildOptions(directory));
  for (const [name, value] of before) {
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  }
  keep(directory, (await building).outputFiles);
}

function buildOptions(directory: string) {
  return {
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
  } as const satisfies BuildOptions;
}

/** Made once a process: tests synthesize the stack many times. */
function keep(directory: string, [code]: readonly OutputFile[]): FunctionBundle {
  if (!code) throw new Error(`esbuild wrote nothing for ${directory}`);
  const zip = zipSync({ "index.js": [code.contents, { mtime: zipDate }] }, { level: 9 });
  const sha256 = createHash("sha256").update(zip).digest("base64");
  const bundle = { zip, sha256, handler: "index.handler" };
  bundles.set(resolve(directory), bundle);
  return bundle;
}

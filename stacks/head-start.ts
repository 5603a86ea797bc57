import { join } from "node:path";
import { bundleFunctionAhead } from "../functions/bundle-function";

// What main.ts begins before it loads anything else.

// cdktf captures a stack trace for every token, and its files carry source maps: to read the maps and to translate
// every trace is a third of a synthesis.
if (process.env.DEBUG !== "1") {
  process.setSourceMapsEnabled(false);
  Error.captureStackTrace = (target) => Object.assign(target, { stack: "" });
}

/** Resolves when the data generator is bundled, which another process does while this one loads cdktf. */
export const generatorBundled = bundleFunctionAhead(join(__dirname, "..", "functions", "data-generator"));

import { readFileSync } from "node:fs";
import Module from "node:module";
import { join } from "node:path";
import { bundleFunctionAhead } from "../functions/bundle-function";
import { failSynthesis } from "./synthesis-failure";

// What main.ts begins before it loads anything else.

// What is thrown while the other files are loaded comes before main.ts could catch it.
process.on("uncaughtException", failSynthesis);

// cdktf captures a stack trace for every token, and its files carry source maps: to read the maps and to translate
// every trace is a third of a synthesis.
if (process.env.DEBUG !== "1") {
  process.setSourceMapsEnabled(false);
  Error.captureStackTrace = (target) => Object.assign(target, { stack: "" });
}

interface CommonJsModule {
  _compile(code: string, file: string): void;
}
type Loader = (module: CommonJsModule, file: string) => void;

// tsx looks for ES module syntax in all that is loaded. cdktf, what it bundles and its providers are CommonJS, over eight
// megabytes of it.
const { _extensions: loaders } = Module as unknown as { _extensions: Record<".js", Loader> };
const load = loaders[".js"];
const isOfCdktf = /[\\/]node_modules[\\/]@?cdktf[\\/]/;
loaders[".js"] = (module, file) => {
  if (isOfCdktf.test(file)) module._compile(readFileSync(file, "utf8"), file);
  else load(module, file);
};

/** Resolves when the data generator is bundled, which another process does while this one loads cdktf. */
export const generatorBundled = bundleFunctionAhead(join(__dirname, "..", "functions", "data-generator"));

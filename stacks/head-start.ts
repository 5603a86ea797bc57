import { readFileSync } from "node:fs";
import Module from "node:module";
import { join, sep } from "node:path";
import { bundleFunctionAhead } from "../functions/bundle-function";

// What main.ts begins before it loads anything else.

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

// tsx looks for ES module syntax in all that is loaded. The provider is generated CommonJS of megabytes.
const { _extensions: loaders } = Module as unknown as { _extensions: Record<".js", Loader> };
const load = loaders[".js"];
const provider = join("node_modules", "@cdktf", "provider-aws") + sep;
loaders[".js"] = (module, file) => {
  if (file.includes(provider)) module._compile(readFileSync(file, "utf8"), file);
  else load(module, file);
};

/** Resolves when the data generator is bundled, which another process does while this one loads cdktf. */
export const generatorBundled = bundleFunctionAhead(join(__dirname, "..", "functions", "data-generator"));

import { readFileSync } from "node:fs";
import { cpus, platform, release, totalmem } from "node:os";
import { join } from "node:path";

/** What figures depend on. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGib: number;
  readonly system: string;
  readonly node: string;
  /** Versions of the packages whose speed is measured, by their names. */
  readonly packages: Readonly<Record<string, string>>;
}

const measuredPackages = [
  "cdktf",
  "@cdktf/provider-aws",
  "esbuild",
  "tsx",
  "ts-node",
  "typescript",
  "@aws-sdk/client-firehose",
  "@duckdb/node-api",
] as const;

/** Names no host, user or folder. */
export function thisMachine(): Machine {
  const manifest = JSON.parse(readFileSync(join(__dirname, "..", "package.json"), "utf8")) as {
    readonly dependencies: Readonly<Record<string, string>>;
    readonly devDependencies: Readonly<Record<string, string>>;
  };
  const versions = { ...manifest.dependencies, ...manifest.devDependencies };
  const processors = cpus();
  return {
    processor: processors[0]?.model.trim() ?? "unknown",
    cores: processors.length,
    memoryGib: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release().split("-")[0] ?? ""}`,
    node: process.version,
    packages: Object.fromEntries(measuredPackages.map((name) => [name, versions[name] ?? "not installed"])),
  };
}

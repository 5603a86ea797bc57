import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

// chDB is ClickHouse as a library: 546 MB, so it is not among the dependencies. It is installed beside the build.
const version = "3.4.0";
const prefix = resolve(__dirname, "../../../../.build/chdb");
const platforms: readonly string[] = ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64"];

export interface Chdb {
  /** Runs SQL and returns the result as text in a ClickHouse output format. */
  query(sql: string, format: string): string;
}

/** chDB, or why this machine cannot have it. */
export function installChdb(): Chdb | { readonly missing: string } {
  const platform = `${process.platform}-${process.arch}`;
  if (!platforms.includes(platform)) return { missing: `chDB has no build for ${platform}` };
  if (!existsSync(join(prefix, "node_modules/chdb/package.json"))) {
    const packages = [
      "install",
      "--no-save",
      "--no-audit",
      "--no-fund",
      "--prefix",
      prefix,
      `chdb@${version}`,
    ];
    const { status, error } = spawnSync("npm", packages, { stdio: ["ignore", "inherit", "inherit"] });
    if (status !== 0) {
      return {
        missing: `npm could not install chdb@${version} (${error?.message ?? `exit code ${String(status)}`})`,
      };
    }
  }
  try {
    return createRequire(join(prefix, "package.json"))("chdb") as Chdb;
  } catch (error) {
    return { missing: `chDB does not load here (${(error as Error).message.split("\n")[0] ?? ""})` };
  }
}

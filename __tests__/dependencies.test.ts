import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const project = join(__dirname, "..");
const read = (file: string) => readFileSync(join(project, file), "utf8");

interface LockedPackage {
  readonly version: string;
  readonly license?: string;
  readonly hasInstallScript?: true;
  readonly dev?: true;
}

const manifest = JSON.parse(read("package.json")) as { dependencies: Record<string, string> };
const { packages } = JSON.parse(read("package-lock.json")) as { packages: Record<string, LockedPackage> };
const documentation = read("docs/dependencies.md");

/** The rows of the tables below a heading that begin with a package's name, each as its cells. */
function rows(text: string): string[][] {
  return text
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) =>
      line
        .slice(1, -1)
        .split("|")
        .map((cell) => cell.trim().replaceAll("`", "")),
    );
}

const [justified = "", unscripted = ""] = documentation.split("## Install scripts");

describe("docs/dependencies.md", () => {
  const documented = new Map(rows(justified).map(([name = "", ...cells]) => [name, cells]));

  it("justifies each production dependency and nothing else", () => {
    expect([...documented.keys()].sort()).toEqual(Object.keys(manifest.dependencies).sort());
  });

  it.each(Object.keys(manifest.dependencies))(
    "says what %s is for, under which licence, and more",
    (name) => {
      const [purpose, licence, size, date, replacement] = documented.get(name) ?? [];

      expect(licence).toBe(packages[`node_modules/${name}`]?.license);
      expect([purpose, replacement]).not.toContain("");
      expect(size).toMatch(/^[\d.]+ MB/);
      expect(date).toMatch(/^20\d\d-\d\d$/);
    },
  );

  it("explains each package that comes with an install script", () => {
    const scripted = Object.entries(packages)
      .filter(([, { hasInstallScript }]) => hasInstallScript)
      .map(([path]) => path.replace(/^.*node_modules\//, ""));

    expect(rows(unscripted).map(([name]) => name)).toEqual(expect.arrayContaining(scripted));
  });
});

it("locks production packages under permissive licences and the MPL only", () => {
  const allowed = [
    "Apache-2.0",
    "MIT",
    "MPL-2.0",
    "BSD-3-Clause",
    "ISC",
    "BlueOak-1.0.0",
    "0BSD",
    "Public Domain",
  ];
  const others = Object.entries(packages).filter(
    ([path, { dev, license = "none" }]) => path !== "" && !dev && !allowed.includes(license),
  );

  expect(others).toEqual([]);
});

it("has a bill of materials with every production dependency in its version", () => {
  const [program = "", ...args] = (
    JSON.parse(read("package.json")) as { scripts: Record<string, string> }
  ).scripts.sbom!.split(" ");
  const bill = JSON.parse(
    execFileSync(program, args, {
      cwd: project,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      maxBuffer: 2 ** 26,
    }),
  ) as { components: readonly { purl: string }[] };
  const urls = new Set(bill.components.map(({ purl }) => decodeURIComponent(purl)));

  for (const [name, version] of Object.entries(manifest.dependencies))
    expect(urls).toContain(`pkg:npm/${name}@${version}`);
});

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { content, type Content } from "./responses";

const directory = join(__dirname, "browser");

export type PageFile = "index.html" | "page.js" | "page.css" | "icon.svg";

const types: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
};

/** The page's files as a browser loads them, made from the sources in browser/ and from uPlot. */
export function buildPage(): Readonly<Record<PageFile, Content>> {
  const { outputFiles } = buildSync({
    absWorkingDir: directory,
    entryPoints: [{ in: "main.ts", out: "page" }],
    outdir: directory,
    bundle: true,
    external: ["/icon.svg"],
    write: false,
    minify: true,
    format: "esm",
    target: "es2022",
    legalComments: "none",
    charset: "utf8",
    logLevel: "silent",
  });
  const built = new Map(outputFiles.map(({ path, contents }) => [path, Buffer.from(contents)]));
  const page = (file: PageFile) => {
    const path = join(directory, file);
    return content(types[file.slice(file.lastIndexOf(".") + 1)] ?? "", built.get(path) ?? readFileSync(path));
  };
  return {
    "index.html": page("index.html"),
    "page.js": page("page.js"),
    "page.css": page("page.css"),
    "icon.svg": page("icon.svg"),
  };
}

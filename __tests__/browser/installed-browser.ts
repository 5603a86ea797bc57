import { existsSync } from "node:fs";
import { chromium, type Browser } from "playwright-core";

/** Where operating systems put Chromium and Chrome. */
const usualPaths = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

const quietArguments = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Path of an installed browser; CHROMIUM_PATH goes before the usual places. */
export function installedBrowser(): string | undefined {
  return [process.env.CHROMIUM_PATH ?? "", ...usualPaths].find((path) => path !== "" && existsSync(path));
}

export function launchBrowser(executablePath: string): Promise<Browser> {
  // The only pages it opens are ours, and a container's root user can have no sandbox.
  const sandbox = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  return chromium.launch({ executablePath, headless: true, args: [...quietArguments, ...sandbox] });
}

import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import { settings } from "../../pipeline/settings";
import { firstInstant, servePage, type ServedPage } from "../support/served-page";
import { installedBrowser, launchBrowser } from "./installed-browser";

export const recordsPerRun = settings.generator.recordsPerSecond * settings.generator.runSeconds;
/** How long `replayed` runs the pipeline. */
export const minutes = 12;
export const wide = { width: 1440, height: 900 };

/** The pipeline that was served last. */
export let served: ServedPage;
/** The page that was opened last. */
export let page: Page;
/** What a healthy page has none of: exceptions, console errors (a broken security policy among them), strangers. */
export const complaints: string[] = [];
/** Closed when the test or the group of tests that opened it is over, however that ends. */
const opened: ServedPage[] = [];
let browser: Browser;

/** A group of tests with a browser; skipped, with the reason printed, where none is installed. */
export function describeInBrowser(name: string, tests: () => void): void {
  const executablePath = installedBrowser();
  if (executablePath === undefined) {
    console.log("Skipped: no Chromium or Chrome is installed here. Install one, or set CHROMIUM_PATH to it.");
    describe.skip(name, tests);
    return;
  }
  describe(name, () => {
    beforeAll(async () => {
      browser = await launchBrowser(executablePath);
    });
    afterAll(() => browser.close());
    beforeEach(() => {
      complaints.length = 0;
    });
    afterEach(async () => {
      for (const context of browser.contexts()) await context.close();
      expect(complaints).toEqual([]);
    });
    tests();
  });
}

export async function serve(): Promise<void> {
  served = await servePage();
  opened.push(served);
}

export async function replayed(): Promise<void> {
  await serve();
  await served.replay(minutes);
  await served.flush();
}

export async function closeServed(): Promise<void> {
  for (const one of opened.splice(0)) await one.close();
}

/** A page that has loaded nothing yet. */
export async function newPage(options: BrowserContextOptions = {}): Promise<void> {
  const context = await browser.newContext({ viewport: wide, timezoneId: "Asia/Tokyo", ...options });
  page = await context.newPage();
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    // A browser reports a query that was answered with an error, too.
    if (message.type() === "error" && !message.text().includes("status of 400"))
      complaints.push(message.text());
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(served.url)) complaints.push(`asked for ${request.url()}`);
  });
}

export async function open(options: BrowserContextOptions = {}): Promise<void> {
  await newPage(options);
  await page.goto(`${served.url}/`);
  await isLive();
  await page.getByRole("radio", { name: "15m" }).check({ force: true });
  await isDrawn();
}

export async function isLive(): Promise<void> {
  await page
    .getByRole("status")
    .filter({ hasText: /^Live$/ })
    .waitFor();
}

/** Whether the chosen time range has been loaded, and is on the screen. */
export async function isDrawn(): Promise<void> {
  await page.locator("#grid:not([aria-busy])").waitFor();
  // Two frames: one in which the charts are drawn, and one in which they are shown.
  await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
}

/** As when the reader goes to another tab, and comes back. */
export async function becomes(visibility: "hidden" | "visible"): Promise<void> {
  await page.evaluate(`
    Object.defineProperty(document, "visibilityState", { configurable: true, value: "${visibility}" });
    document.dispatchEvent(new Event("visibilitychange"));
  `);
}

export const widget = (title: string) => page.getByRole("article", { name: title, exact: true });
export const tile = (title: string) =>
  page.locator(".tile").filter({ hasText: title }).locator(".tile-value");
export const textOf = async (locator: Locator) => (await locator.textContent()) ?? "";

/** All points of a chart, as its keyboard path reads them. */
export async function readPoints(title: string): Promise<string[]> {
  const plot = widget(title).getByRole("img");
  const spoken = widget(title).locator("[aria-live]");
  const points: string[] = [];
  await plot.focus();
  await page.keyboard.press("Home");
  for (let text = await textOf(spoken); text !== points.at(-1); text = await textOf(spoken)) {
    points.push(text);
    await page.keyboard.press("ArrowRight");
  }
  return points;
}

/** How far down the headings are: what moves when the layout does. */
export function positions(): Promise<unknown> {
  const headings = "[...document.querySelectorAll('h2, h3')].filter((one) => one.checkVisibility())";
  return page.evaluate(`${headings}.map((one) => one.getBoundingClientRect().top + scrollY)`);
}

export const minuteOf = (n: number) => `00:${String(n).padStart(2, "0")}:00`;
export const atMinute = (n: number) => firstInstant + n * 60_000;

import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { firstInstant } from "../support/served-page";
import {
  closeServed,
  complaints,
  describeInBrowser,
  isDrawn,
  isLive,
  minuteOf,
  minutes,
  newPage,
  open,
  page,
  positions,
  readPoints,
  recordsPerRun,
  replayed,
  serve,
  served,
  textOf,
  tile,
  wide,
  widget,
} from "./page-fixture";

const hostile =
  '{"location":"<img src=x onerror=document.title=1>","temperature":"</script><script>document.title=1"}';
/** The documentation's pictures are only taken anew on demand: no two are the same to the byte. */
const isUpdatingImages = process.env.UPDATE_IMAGES === "1";
const images = isUpdatingImages
  ? join(__dirname, "..", "..", "docs", "images")
  : mkdtempSync(join(tmpdir(), "page-images-"));
afterAll(() => {
  if (!isUpdatingImages) rmSync(images, { recursive: true });
});

describeInBrowser("the dashboard page", () => {
  /** What the table itself says of when rows came. */
  function rowsByFiveMinutes(): Map<number, number> {
    const rows = new Map<number, number>();
    for (const { timestampMs, summary } of served.pipeline.table.snapshots()) {
      const minute = Math.floor((timestampMs - firstInstant) / 300_000) * 5;
      rows.set(minute, (rows.get(minute) ?? 0) + Number(summary["added-records"]));
    }
    return rows;
  }

  describe("after a known replay", () => {
    beforeAll(replayed);
    beforeEach(() => open());
    afterAll(closeServed);

    it("draws what was sent and delivered, to the record", async () => {
      expect(await readPoints("Incoming records")).toEqual(
        Array.from(
          { length: minutes },
          (_, n) => `${minuteOf(n)}: Records ${recordsPerRun.toLocaleString("en-US")}`,
        ),
      );
      expect(await readPoints("Delivery success and failure")).toEqual(
        [...rowsByFiveMinutes()].map(
          ([minute, rows]) =>
            `${minuteOf(minute)}: Delivered rows ${rows.toLocaleString("en-US")}, Failed rows 0`,
        ),
      );
    });

    it("draws the function's runs", async () => {
      const times = Array.from({ length: minutes }, (_, n) => minuteOf(n));
      expect(await readPoints("Invocations")).toEqual(times.map((time) => `${time}: Invocations 1`));
      expect(await readPoints("Errors")).toEqual(times.map((time) => `${time}: Errors 0`));
      expect(await readPoints("Duration")).toEqual(times.map((time) => `${time}: Duration 50,000`));
    });

    it("draws lines in the colours that the dashboard names", async () => {
      const pixels = `(() => {
        const canvas = document.querySelector('[aria-label="Delivery success and failure"] canvas');
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        let count = 0;
        for (let i = 0; i < data.length; i += 4) if (data[i] === 0x2c && data[i + 1] === 0xa0 && data[i + 2] === 0x2c) count++;
        return count;
      })()`;
      expect(await page.evaluate(pixels)).toBeGreaterThan(100);
    });

    it("shows the size of the table, the alarms and the totals", async () => {
      expect(await textOf(widget("Storage size").locator(".single-value"))).toMatch(/^[\d.]+ KiB$/);
      expect(Number(await textOf(widget("File count").locator(".single-value")))).toBeGreaterThan(5);
      expect(await page.locator(".alarm").allTextContents()).toEqual([
        "✓firehosetos3demo-failed-rowsOK",
        "✓firehosetos3demo-stale-dataOK",
        "✓firehosetos3demo-generator-errorsOK",
        "✓firehosetos3demo-no-incoming-recordsOK",
      ]);
      expect(await textOf(tile("Records acknowledged"))).toBe("120,000");
      expect(await textOf(tile("Rows delivered"))).toBe("120,000");
    });

    it("shows times in UTC, or in the browser's zone on demand", async () => {
      const time = page.locator("#snapshots tbody td").first();
      expect(await textOf(time)).toBe("2026-01-01 00:12:00");

      await page.getByLabel("Time zone").selectOption("local");

      expect(await textOf(time)).toBe("2026-01-01 09:12:00");
      expect((await readPoints("Invocations"))[0]).toBe("09:00:00: Invocations 1");
    });

    it("runs a saved query, and shows its result as a table and as a plot", async () => {
      await page.getByRole("button", { name: "average temperature by location" }).click();

      const rows = page.getByRole("region", { name: "Result" }).locator("tbody tr");
      await rows.first().waitFor();
      expect(await rows.count()).toBe(5);
      expect(await rows.locator("td:nth-child(3)").allTextContents()).toEqual(Array(5).fill("24000"));
      expect(await page.locator(".bar-row").count()).toBe(5);
      expect(await page.locator(".bar-name").first().textContent()).toBe(
        await textOf(rows.locator("td").first()),
      );
      await page.getByLabel("Plot", { exact: true }).selectOption("readings");
      expect(await page.locator(".bar-value").allTextContents()).toEqual(Array(5).fill("24,000"));
    });

    it("shows the engine's message for a query that is wrong, and where", async () => {
      const sql = page.getByLabel("SQL");
      await sql.fill("SELECT *\nFROM nothing");
      await sql.press("Control+Enter");

      await page.getByRole("alert").waitFor();

      expect(await textOf(page.getByRole("alert"))).toContain("nothing does not exist");
      const caret = await page.evaluate("document.getElementById('sql').selectionStart");
      expect(caret).toBe("SELECT *\nFROM ".length);
    });

    it("refuses a query that is more than a question", async () => {
      await page.getByLabel("SQL").fill("DROP VIEW firehosetos3demo");
      await page.getByRole("button", { name: "Run" }).click();
      expect(await textOf(page.getByRole("alert"))).toContain("read-only");
    });

    it("travels to an earlier snapshot: files, rows and queries are those of then", async () => {
      const oldest = page.locator("#snapshots tbody tr").last();
      const rowsThen = (await textOf(oldest.locator("td").nth(5))).replace(",", "");

      await oldest.getByRole("button").click();

      await page.locator("#files tbody tr").nth(1).waitFor({ state: "detached" });
      expect(await page.locator("#files tbody tr").count()).toBe(1);
      await page.getByLabel("SQL").fill("SELECT count(*) FROM firehosetos3demo");
      await page.getByRole("button", { name: "Run" }).click();
      await page.getByText("1 row in").waitFor();
      expect(await textOf(page.getByRole("region", { name: "Result" }).locator("td"))).toBe(rowsThen);

      await page.getByRole("button", { name: "Back to the current snapshot" }).click();

      await page.locator("#files tbody tr").nth(2).waitFor();
      await page.getByRole("button", { name: "Run" }).click();
      await page.getByText("120000").waitFor();
    });
  });

  describe("with a pipeline of its own", () => {
    afterEach(closeServed);

    it("is empty, and says so, before anything has come", async () => {
      await serve();
      await open();

      await page.locator("#snapshots").getByText("No snapshot yet").waitFor();
      await page.locator("#files").getByText("No data files").waitFor();
      await page.locator("#failures").getByText("No failed records").waitFor();
      await widget("Incoming records").getByText("No data").waitFor();
    });

    it.each([wide, { width: 900, height: 1000 }, { width: 390, height: 844 }])(
      "says that it loads, and has everything in its place already, at %o",
      async (viewport) => {
        await serve();
        await newPage({ viewport });
        let answer: (() => void) | undefined;
        await page.route("**/api/pipeline", async (route) => {
          await new Promise<void>((resolve) => (answer = resolve));
          await route.continue();
        });
        await page.goto(`${served.url}/`);
        await page.getByText("Loading …").first().waitFor();
        // What is above the charts, and where the layout of the charts is the deployed one, what is below them.
        const below = viewport === wide ? ", #table h2, #table .panel" : "";
        const places = () =>
          page.evaluate(
            `[...document.querySelectorAll("#dashboard h2, #grid${below}")].map((one) => one.getBoundingClientRect().top)`,
          );
        const before = await places();

        answer!();
        await isLive();
        await page.locator("#failures").getByText("No failed records").waitFor();
        await isDrawn();

        expect(await places()).toEqual(before);
      },
    );

    it("says when the server does not answer, and shows the pipeline as soon as it does", async () => {
      await serve();
      await newPage();
      await page.route("**/api/pipeline", (route) => route.abort());
      await page.goto(`${served.url}/`);
      await page.getByRole("alert").getByText("The server cannot be reached").waitFor();
      await page.getByText("Not connected; trying again").waitFor();

      await page.unrouteAll();
      await isLive();
      await isDrawn();

      expect(await widget("Incoming records").isVisible()).toBe(true);
      expect(await page.getByRole("alert").count()).toBe(0);
      complaints.length = 0;
    });

    it("follows the pipeline live, and nothing on the page moves", async () => {
      await replayed();
      await open();
      const before = await positions();

      served.pipeline.stream.putRecords([
        Buffer.from('{"sensor_id":"newcomer","timestamp":4102444800}'),
        Buffer.from("oops"),
      ]);
      await page.locator(".tile", { hasText: "In the buffer" }).getByText("2", { exact: true }).waitFor();
      await served.flush();

      await page.locator("#rows").getByText("newcomer").waitFor();
      await page.locator("#failures").getByText("Iceberg.InvalidJson").waitFor();
      expect(await page.locator("#snapshots tbody tr").count()).toBe(4);
      expect(await textOf(tile("Rows delivered"))).toBe("120,001");
      expect((await readPoints("Incoming records")).at(-1)).toBe("00:12:00: Records 2");
      expect(await positions()).toEqual(before);
    });

    it("says that the server is gone", async () => {
      await serve();
      await open();

      await served.close();

      await page.getByText("Not connected; trying again").waitFor();
      complaints.length = 0;
    });

    it("shows hostile text as text, wherever it comes from", async () => {
      const location = '<img src=x onerror=document.title=1>\u202e"&amp;';
      await serve();
      served.pipeline.stream.putRecords([
        Buffer.from(hostile),
        Buffer.from(JSON.stringify({ timestamp: 1, location })),
      ]);
      await served.flush();
      await open();

      await page.getByLabel("SQL").fill(`SELECT location, location AS "<b>name</b>" FROM firehosetos3demo`);
      await page.getByRole("button", { name: "Run" }).click();
      await page.getByText("1 row in").waitFor();

      expect(await textOf(page.locator("#failures code"))).toBe(hostile);
      expect(await textOf(page.locator("#rows tbody td").nth(2))).toBe(location);
      expect(await textOf(page.getByRole("region", { name: "Result" }).locator("td").first())).toBe(location);
      expect(await textOf(page.getByRole("region", { name: "Result" }).locator("th").nth(1))).toBe(
        "<b>name</b>",
      );
      expect(await page.locator("main img, main b, main script").count()).toBe(0);
      expect(await page.title()).toBe("firehosetos3demo · local pipeline");
    });

    it("can be used with the keyboard alone", async () => {
      await replayed();
      await open();
      await page.reload();
      await page.locator("#snapshots tbody tr").first().waitFor();

      await page.keyboard.press("Tab");
      expect(await page.evaluate("document.activeElement.textContent")).toBe("Skip to the dashboard");
      const stops = new Set<string>();
      for (let n = 0; n < 80; n++) {
        await page.keyboard.press("Tab");
        const stop = `(() => {
        const node = document.activeElement;
        const label = node.getAttribute("aria-label") || node.labels?.[0]?.textContent || node.textContent;
        const style = getComputedStyle(node.matches("input") ? node.closest(".segments") : node);
        return node === document.body ? "" : node.tagName + " " + label + (style.outlineStyle === "none" ? " (no focus shown)" : "");
      })()`;
        stops.add(String(await page.evaluate(stop)));
      }

      const all = [...stops].join("\n");
      for (const stop of [
        "INPUT 15m",
        "BUTTON Refresh",
        "Incoming records: chart",
        "TEXTAREA SQL",
        "BUTTON Run",
      ])
        expect(all).toContain(stop);
      expect(all).toContain("BUTTON Show the table as of 2026-01-01");
      expect(all).toContain("BUTTON sensor activity summary");
      expect(all).not.toContain("no focus shown");
    });

    it("has its picture taken for the documentation", async () => {
      await serve();
      await served.replay(45);
      served.pipeline.stream.putRecords([Buffer.from(hostile), Buffer.from("not JSON at all")]);
      await served.flush();
      await open({ viewport: { width: 1440, height: 1180 }, reducedMotion: "reduce" });
      mkdirSync(images, { recursive: true });
      await page.getByRole("radio", { name: "1h" }).check({ force: true });
      await page.getByRole("button", { name: "average temperature by location" }).click();
      await page.locator(".bar-row").first().waitFor();
      const picture = async (name: string, top: string) => {
        await page.evaluate(`document.querySelector("${top}").scrollIntoView()`);
        await isDrawn();
        const file = await page.screenshot({ path: join(images, `${name}.png`) });
        expect(file.length).toBeLessThan(400_000);
      };

      await picture("dashboard", "body");
      await page.emulateMedia({ colorScheme: "dark" });
      await picture("dashboard-dark", "body");
      await picture("table-dark", "#table");
    });
  });

  describe("on every screen", () => {
    beforeAll(async () => {
      await replayed();
      served.pipeline.stream.putRecords([Buffer.from(hostile)]);
      await served.flush();
    });
    afterAll(closeServed);

    it.each([
      ["light", wide],
      ["dark", wide],
      ["light", { width: 390, height: 844 }],
      ["dark", { width: 900, height: 1000 }],
    ] as const)("can be read in %s at %o", async (colorScheme, viewport) => {
      await open({ colorScheme, viewport, reducedMotion: "reduce" });
      await page.getByRole("button", { name: "average temperature by location" }).click();
      await page.locator(".bar-row").first().waitFor();
      await page.locator("#failures code").waitFor();
      await page.getByRole("button", { name: "Custom" }).click();
      await page.getByLabel("End (UTC)").fill("");
      await page.getByRole("button", { name: "Apply" }).click();
      await page.getByText("Enter a date and a time.").waitFor();

      const { x, width } = (await page.getByRole("dialog").boundingBox())!;
      expect(Math.min(x, viewport.width - x - width)).toBeGreaterThanOrEqual(14);
      expect(await page.evaluate(readFileSync(join(__dirname, "contrast.js"), "utf8"))).toEqual([]);
      expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
      const clipped = `[...document.querySelectorAll(".widget")].filter((one) => one.scrollHeight > one.clientHeight + 1).length`;
      expect(await page.evaluate(clipped)).toBe(0);
      expect(
        await page.evaluate(
          "getComputedStyle(document.getElementById('connection'), '::before').animationName",
        ),
      ).toBe("none");
    });
  });
});

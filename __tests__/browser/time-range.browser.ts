import { pipelineMetrics } from "../../pipeline/metrics";
import { names } from "../support/served-page";
import {
  atMinute,
  closeServed,
  complaints,
  describeInBrowser,
  isDrawn,
  minuteOf,
  minutes,
  open,
  page,
  positions,
  readPoints,
  recordsPerRun,
  replayed,
  served,
  textOf,
  tile,
  widget,
} from "./page-fixture";

const button = (name: string) => page.getByRole("button", { name, exact: true });
const shownRange = () => textOf(page.locator("#range-label"));
const panel = () => page.getByRole("dialog", { name: "Custom time range" });
const field = (name: "Start" | "End") => panel().getByLabel(name);
const focused = () => page.evaluate("document.activeElement.textContent || document.activeElement.value");
const chosenRange = () => page.locator("input[name=range]:checked");

async function choose(start: string, end: string): Promise<void> {
  await button("Custom").click();
  await field("Start").fill(start);
  await field("End").fill(end);
  await button("Apply").click();
}

/** What the generator sends, in the minutes from the first to before the last. */
const sentIn = (first: number, last: number) =>
  Array.from(
    { length: last - first },
    (_, n) => `${minuteOf(first + n)}: Records ${recordsPerRun.toLocaleString("en-US")}`,
  );

/** The time of the point that is nearest to a place of a chart, from 0 at its left end to 1 at its right. */
async function timeAt(title: string, place: number): Promise<string> {
  const { x, y, width } = (await widget(title).locator(".u-over").boundingBox())!;
  await page.mouse.move(x + place * width, y + 40);
  return textOf(widget(title).locator(".legend-time"));
}

async function mark(title: string, from: number, to: number): Promise<void> {
  const { x, y, width } = (await widget(title).locator(".u-over").boundingBox())!;
  await page.mouse.move(x + width * from, y + 40);
  await page.mouse.down();
  await page.mouse.move(x + width * to, y + 40, { steps: 4 });
  await page.mouse.up();
  await isDrawn();
}

describeInBrowser("the time range", () => {
  describe("of a known replay", () => {
    beforeAll(replayed);
    beforeEach(() => open());
    afterAll(closeServed);

    it("becomes the part that is marked with the pointer, and is reset", async () => {
      const before = await positions();
      expect(await shownRange()).toBe("Last 15 minutes");

      await mark("Incoming records", 0.43, 0.72);

      expect(await shownRange()).toBe("2026-01-01 00:03 – 00:08 UTC");
      expect(await readPoints("Incoming records")).toEqual(sentIn(3, 8));
      expect(await readPoints("Errors")).toHaveLength(5);
      await page.evaluate("document.activeElement.blur()");
      for (const minute of [3, 4, 5, 6, 7])
        expect(await timeAt("Incoming records", (minute - 3) / 5 + 0.02)).toBe(minuteOf(minute));
      expect(await positions()).toEqual(before);

      await button("Reset zoom").click();
      await isDrawn();

      expect(await shownRange()).toBe("Last 15 minutes");
      expect(await readPoints("Incoming records")).toEqual(sentIn(0, minutes));
      expect(await button("Reset zoom").isVisible()).toBe(false);
      expect(await chosenRange().inputValue()).toBe("900");
    });

    it("is between two moments, and everything that is drawn with it", async () => {
      await choose("2026-01-01T00:02", "2026-01-01T00:07");
      await isDrawn();

      expect(await shownRange()).toBe("2026-01-01 00:02 – 00:07 UTC");
      expect(await panel().isVisible()).toBe(false);
      expect(await focused()).toBe("Custom");
      expect(await button("Custom").getAttribute("aria-pressed")).toBe("true");
      expect(await chosenRange().count()).toBe(0);
      expect(await readPoints("Incoming records")).toEqual(sentIn(2, 7));
      await page.evaluate("document.activeElement.blur()");
      for (const minute of [2, 3, 4, 5, 6])
        expect(await timeAt("Invocations", (minute - 2) / 5 + 0.02)).toBe(minuteOf(minute));

      await mark("Incoming records", 0.25, 0.75);
      expect(await shownRange()).toBe("2026-01-01 00:03 – 00:06 UTC");
      await button("Reset zoom").click();
      expect(await shownRange()).toBe("2026-01-01 00:02 – 00:07 UTC");
    });

    it("begins with what is shown, in the reader's time zone", async () => {
      await page.getByLabel("Time zone").selectOption("local");
      await button("Custom").click();
      expect(await panel().getByLabel("Start (local time)").inputValue()).toBe("2026-01-01T08:57");
      expect(await panel().getByLabel("End (local time)").inputValue()).toBe("2026-01-01T09:12");
      await panel().getByText("Metrics begin at 2026-01-01 09:00.").waitFor();
      await page.keyboard.press("Escape");

      await choose("2026-01-01T09:02", "2026-01-01T09:04");
      await isDrawn();

      expect(await shownRange()).toBe("2026-01-01 09:02 – 09:04 local time");
      expect(await readPoints("Invocations")).toEqual(["09:02:00: Invocations 1", "09:03:00: Invocations 1"]);
      await page.getByLabel("Time zone").selectOption("UTC");
      expect(await shownRange()).toBe("2026-01-01 00:02 – 00:04 UTC");
    });

    it("can be chosen with the keyboard alone", async () => {
      await button("Custom").focus();
      await page.keyboard.press("Enter");
      expect(await focused()).toBe("2025-12-31T23:57");
      await page.keyboard.type("010120261205AM");
      await page.keyboard.press("Enter");
      await isDrawn();

      expect(await shownRange()).toBe("2026-01-01 00:05 – 00:12 UTC");
      expect(await readPoints("Incoming records")).toEqual(sentIn(5, minutes));

      await button("Custom").focus();
      await page.keyboard.press("Enter");
      await page.keyboard.press("Escape");
      expect(await panel().isVisible()).toBe(false);
      expect(await focused()).toBe("Custom");
      await button("Back to live").focus();
      await page.keyboard.press("Enter");
      expect(await shownRange()).toBe("Last 15 minutes");
      expect(await focused()).toBe("900");
    });

    it.each([
      ["2026-01-01T00:05", "2026-01-01T00:05", "End", "The end must be after the start."],
      ["2026-01-01T00:05", "2026-01-01T00:04", "End", "The end must be after the start."],
      ["2026-01-01T00:05", "2026-01-01T00:59", "End", "The end must not be in the future."],
      ["2026-01-02T00:00", "2026-01-03T00:00", "Start", "The start must be in the past."],
      ["2025-12-01T00:00", "2026-01-01T00:05", "Start", "The start is more than 14 days ago."],
      ["", "2026-01-01T00:05", "Start", "Enter a date and a time."],
    ] as const)("rejects %s to %s, and says why beside it", async (start, end, wrong, message) => {
      await button("Custom").click();
      const height = (await panel().boundingBox())!.height;
      await field("Start").fill(start);
      await field("End").fill(end);
      await button("Apply").click();

      expect(await panel().getByText(message).count()).toBe(1);
      expect(await field(wrong).getAttribute("aria-invalid")).toBe("true");
      expect(await page.evaluate("document.activeElement.labels[0].textContent")).toBe(`${wrong} (UTC)`);
      expect((await panel().boundingBox())!.height).toBe(height);
      expect(await shownRange()).toBe("Last 15 minutes");

      await field(wrong).fill("2026-01-01T00:01");
      expect(await panel().getByText(message).count()).toBe(0);
    });

    it("says when it could not be loaded", async () => {
      await page.route("**/api/metrics?*", (route) => route.abort());
      await choose("2026-01-01T00:02", "2026-01-01T00:07");
      await page.locator("#range-label.is-bad").waitFor();
      expect(await shownRange()).toBe("The server cannot be reached. Is it still running?");

      await page.unrouteAll();
      await button("Refresh").click();
      await isDrawn();

      expect(await shownRange()).toBe("2026-01-01 00:02 – 00:07 UTC");
      expect(await readPoints("Incoming records")).toEqual(sentIn(2, 7));
      complaints.length = 0;
    });
  });

  describe("while the pipeline runs", () => {
    beforeEach(async () => {
      await replayed();
      await open();
    });
    afterEach(closeServed);

    it("stays where it is between two moments, until it is live again", async () => {
      await choose("2026-01-01T00:02", "2026-01-01T00:12");
      await isDrawn();
      const before = await positions();

      served.pipeline.stream.putRecords([Buffer.from('{"timestamp":1}'), Buffer.from('{"timestamp":2}')]);
      await served.flush();
      await tile("Rows delivered").getByText("120,002").waitFor();

      expect(await shownRange()).toBe("2026-01-01 00:02 – 00:12 UTC");
      expect(await readPoints("Incoming records")).toEqual(sentIn(2, 12));
      expect(await positions()).toEqual(before);

      await button("Back to live").click();
      await isDrawn();

      expect(await shownRange()).toBe("Last 15 minutes");
      expect(await readPoints("Incoming records")).toEqual([...sentIn(0, 12), `${minuteOf(12)}: Records 2`]);
      expect(await positions()).toEqual(before);
    });

    it("has values of five minutes where those of one minute are no longer kept", async () => {
      const { namespace, name, dimensions } = pipelineMetrics(names).invocations;
      const day = 24 * 60;
      for (let minute = 0; minute < 10; minute++)
        served.metrics.record(namespace, name, dimensions, 1, atMinute(minute - 2 * day));

      await choose("2025-12-30T00:00", "2025-12-30T01:00");
      await isDrawn();

      expect(await textOf(widget("Invocations").locator(".caption"))).toBe("Sum · 5 min");
      expect(await readPoints("Invocations")).toEqual([
        `${minuteOf(0)}: Invocations 5`,
        `${minuteOf(5)}: Invocations 5`,
      ]);
    });
  });
});

import { closeServed, describeInBrowser, open, page, positions, replayed, textOf } from "./page-fixture";

/** Goes on until it is stopped, or for the ten seconds that a query may take. */
const endless = "SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range * b.range % 7 = 3";
/** As many as the server lets wait. */
const mostWaiting = 8;

const button = (name: string) => page.getByRole("button", { name, exact: true });
const result = () => page.locator(".result");

async function runEndless(): Promise<void> {
  await page.getByLabel("SQL").fill(endless);
  await button("Run").click();
  await page.getByText("Running …").waitFor();
}

describeInBrowser("the query box", () => {
  beforeAll(replayed);
  beforeEach(() => open());
  afterAll(closeServed);

  it("stops a query, in the place where it was run, and nothing moves", async () => {
    await button("Run").scrollIntoViewIfNeeded();
    const before = [await positions(), await button("Run").boundingBox()];

    await runEndless();

    expect([await positions(), await button("Stop").boundingBox()]).toEqual(before);
    await button("Stop").click();
    expect(await textOf(result())).toMatch(/^Stopped after \d+ s\.$/);
    expect(await button("Run").isVisible()).toBe(true);
    expect([await positions(), await button("Run").boundingBox()]).toEqual(before);
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Run");
  });

  it("takes another query straight away, because the server stops as well", async () => {
    for (let n = 0; n <= mostWaiting; n++) {
      await runEndless();
      await page.getByLabel("SQL").press("Escape");
      expect(await textOf(result())).toContain("Stopped");
    }

    await page.getByLabel("SQL").fill("SELECT count(*) AS answer FROM firehosetos3demo");
    await button("Run").click();

    await page.getByText("1 row in").waitFor();
    expect(await textOf(result().locator("td"))).toBe("120000");
  });

  it("answers the query that was asked last, and none that it replaced", async () => {
    await runEndless();

    await button("average temperature by location").click();

    await page.locator(".bar-row").first().waitFor();
    expect(await page.locator(".bar-row").count()).toBe(5);
    expect(await button("Run").isVisible()).toBe(true);
  });

  it("plots a line along minutes, and reads it under the pointer", async () => {
    await page.getByLabel("SQL").fill(`
      SELECT timestamp / 60 AS minute, avg(temperature) AS average, count(*) AS readings
      FROM firehosetos3demo GROUP BY 1 ORDER BY 1`);
    await button("Run").click();
    const plot = page.getByRole("figure", { name: "Plot of the result" });
    await plot.locator("canvas").waitFor();
    await plot.getByLabel("Plot", { exact: true }).selectOption("readings");
    const first = result().locator("tbody tr").first().locator("td");
    const [minute = ""] = await first.allTextContents();

    await plot.locator(".u-over").hover({ position: { x: 1, y: 40 } });

    await plot.getByText(`${minute}: 10,000`).waitFor();
    const pixels = `(() => {
      const canvas = document.querySelector(".line-plot canvas");
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      const colour = getComputedStyle(document.documentElement).getPropertyValue("--series-1").trim();
      const [red, green, blue] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
      let count = 0;
      for (let i = 0; i < data.length; i += 4)
        if (data[i] === red && data[i + 1] === green && data[i + 2] === blue) count++;
      return count;
    })()`;
    expect(await page.evaluate(pixels)).toBeGreaterThan(100);
  });

  it("is not stopped by the second half of a double click", async () => {
    await page.getByLabel("SQL").fill("SELECT 42 AS answer");
    await button("Run").dblclick();

    await page.getByText("1 row in").waitFor();

    expect(await textOf(result().locator("td"))).toBe("42");
  });
});

import type { PipelineInfo } from "../../local/page/api";
import { until } from "../../local/schedule";
import {
  becomes,
  closeServed,
  describeInBrowser,
  isDrawn,
  isLive,
  minutes,
  minuteOf,
  open,
  page,
  readPoints,
  replayed,
  served,
  textOf,
  tile,
  widget,
} from "./page-fixture";

const connection = () => textOf(page.locator("#connection"));
const refreshChoice = () => page.getByLabel("Auto refresh");
const newest = (title: string) => widget(title).locator(".legend-value").first();
const newcomer = () => page.locator("#rows").getByText("newcomer");
const failure = () => page.locator("#failures").getByText("Iceberg.InvalidJson");

async function deliverNews(): Promise<void> {
  served.pipeline.stream.putRecords([
    Buffer.from('{"sensor_id":"newcomer","timestamp":4102444800}'),
    Buffer.from("oops"),
  ]);
  await served.flush();
}

async function wait(seconds: number): Promise<void> {
  await served.clock.run(until(served.clock, served.clock.now() + seconds * 1000));
}

describeInBrowser("what is shown", () => {
  beforeEach(async () => {
    await replayed();
    await open();
    await page.locator("#snapshots tbody tr").first().waitFor();
    await page.locator("#failures").getByText("No failed records").waitFor();
  });
  afterEach(closeServed);

  it("has everything that came while the page was hidden, as soon as it is seen again", async () => {
    await becomes("hidden");
    expect(await connection()).toBe("Connecting");
    // Another page that is seen: what changes is sent to it, and is no news when this one listens again.
    const other = await page.context().newPage();
    await other.goto(`${served.url}/`);
    await deliverNews();
    await wait(120);
    await other.locator(".tile").getByText("120,001").waitFor();
    await other.close();

    const reload = page.waitForRequest("**/api/metrics?*", { timeout: 8_000 });
    await becomes("visible");
    await reload;
    await isLive();

    await newcomer().waitFor();
    await failure().waitFor();
    await newest("Incoming records").getByText("2", { exact: true }).waitFor();
    expect((await readPoints("Incoming records")).at(-1)).toBe(`${minuteOf(minutes)}: Records 2`);
  });

  it("stays as it is while automatic refresh is off, but for the totals", async () => {
    await refreshChoice().selectOption("Off");
    await isDrawn();
    const before = await readPoints("Incoming records");
    const snapshots = await page.locator("#snapshots tbody tr").count();

    await deliverNews();
    await tile("Rows delivered").getByText("120,001").waitFor();
    await becomes("hidden");
    await becomes("visible");
    await isLive();
    await isDrawn();

    expect(await readPoints("Incoming records")).toEqual(before);
    expect(await page.locator("#snapshots tbody tr").count()).toBe(snapshots);
    expect(await newcomer().count()).toBe(0);
    expect(await failure().count()).toBe(0);

    await page.getByRole("button", { name: "Refresh", exact: true }).click();

    await newcomer().waitFor();
    await failure().waitFor();
    await newest("Incoming records").getByText("2", { exact: true }).waitFor();
  });

  it.each([
    ["2 minutes", 120],
    ["15 minutes", 900],
  ])("follows every %s, all of it at once", async (choice, seconds) => {
    await refreshChoice().selectOption(choice);
    await deliverNews();
    await tile("Rows delivered").getByText("120,001").waitFor();
    await isDrawn();
    expect(await newcomer().count()).toBe(0);
    expect(await failure().count()).toBe(0);

    await wait(seconds);
    served.pipeline.stream.putRecords([Buffer.from('{"timestamp":1}')]);

    await newcomer().waitFor();
    await failure().waitFor();
    await newest("Incoming records").getByText("1", { exact: true }).waitFor();
  });

  it("begins anew, once and with the SQL in the box, when the server has been started again", async () => {
    const sql = "SELECT 'not saved anywhere'";
    await page.getByLabel("SQL").fill(sql);
    let loads = 0;
    page.on("load", () => loads++);
    // What a server says that was started a second later, with another stack.
    const info = (await (await fetch(`${served.url}/api/pipeline`)).json()) as PipelineInfo;
    const json = { ...info, stackName: "another", startedAtMs: info.startedAtMs + 1_000 };
    await page.route("**/api/pipeline", (route) => route.fulfill({ json }));

    const load = page.waitForEvent("load");
    await becomes("hidden");
    await becomes("visible");
    await load;
    await isLive();
    expect(await page.title()).toBe("another · local pipeline");
    expect(await page.getByLabel("SQL").inputValue()).toBe(sql);
    const answer = page.waitForResponse("**/api/pipeline");
    await becomes("hidden");
    await becomes("visible");
    await answer;
    await isLive();
    await isDrawn();

    expect(loads).toBe(1);
  });
});

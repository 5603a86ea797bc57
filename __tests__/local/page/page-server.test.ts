import { get } from "node:http";
import { metricKey } from "../../../local/metrics/metric-key";
import {
  rangeQuery,
  type FailedRecordsInfo,
  type Metrics,
  type PipelineInfo,
  type Refusal,
  type SnapshotContents,
  type TableInfo,
  type Update,
} from "../../../local/page/api";
import { pipelineMetrics } from "../../../pipeline/metrics";
import { rawRequest } from "../../support/raw-request";
import { firstInstant, names, servePage, type ServedPage } from "../../support/served-page";

let served: ServedPage;

beforeAll(async () => {
  served = await servePage();
  served.pipeline.stream.putRecords([
    Buffer.from('{"sensor_id":"a","timestamp":1,"temperature":20.5}'),
    Buffer.from('{"sensor_id":"b","timestamp":2,"temperature":30.5}'),
    Buffer.from('{"temperature":"warm"}'),
    Buffer.from([0xff, 0x00]),
    Buffer.alloc(3_000, "é"),
  ]);
  await served.flush();
});

afterAll(() => served.close());

const json = async <T>(path: string) => JSON.parse((await rawRequest(served.url, { path })).body) as T;
const post = (body: string, headers: Record<string, string> = { "Content-Type": "application/json" }) =>
  rawRequest(served.url, { method: "POST", path: "/api/query", headers, body });
const host = () => new URL(served.url).host;

const files = ["/", "/page.js", "/page.css", "/icon.svg"];
const answers = ["/api/pipeline", "/api/metrics?range=900", "/api/table", "/api/snapshot", "/api/failed"];

describe("the page", () => {
  it.each([...files, ...answers])("has %s under a strict policy", async (path) => {
    const { status, headers } = await rawRequest(served.url, { path });
    expect(status).toBe(200);
    expect(headers["content-security-policy"]).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; " +
        "trusted-types 'none'",
    );
    expect(headers).toMatchObject({
      "x-content-type-options": "nosniff",
      "cross-origin-resource-policy": "same-origin",
      "referrer-policy": "no-referrer",
    });
    expect(headers["access-control-allow-origin"]).toBeUndefined();
  });

  it("has no script or style within its markup", async () => {
    const { body } = await rawRequest(served.url);
    expect(body).not.toMatch(/<script(?![^>]* src=)|<style|\sstyle=|\son\w+=|javascript:/i);
    expect(body).not.toMatch(/(?:src|href)="(?!\/|#)/);
  });

  it("is smaller than 150 KB", async () => {
    const bodies = await Promise.all(files.map((path) => rawRequest(served.url, { path })));
    const bytes = bodies.reduce((sum, { body }) => sum + Buffer.byteLength(body), 0);
    expect(bytes).toBeLessThan(150_000);
  });

  it("is not sent again to a browser that has it", async () => {
    const first = await rawRequest(served.url, { path: "/page.js" });
    const headers = { "If-None-Match": first.headers.etag };
    const second = await rawRequest(served.url, { path: "/page.js", headers });
    expect(second).toMatchObject({ status: 304, body: "" });
  });
});

describe("the door", () => {
  const call = {
    "Content-Type": "application/x-amz-json-1.1",
    "X-Amz-Target": "Firehose_20150804.ListDeliveryStreams",
  };

  it.each([
    "evil.example",
    "evil.example:4573",
    "127.0.0.1.evil.example",
    "localhost.evil.example:80",
    "[::1]:80",
  ])('rejects the Host "%s" for the page and for the Firehose API', async (name) => {
    for (const path of [...files, ...answers])
      expect((await rawRequest(served.url, { path, headers: { Host: name } })).status).toBe(403);
    const api = await rawRequest(served.url, {
      method: "POST",
      headers: { ...call, Host: name },
      body: "{}",
    });
    expect(api.status).toBe(403);
  });

  it.each(["http://evil.example", "https://127.0.0.1", "null", "http://localhost:1", "http://127.0.0.1"])(
    "rejects the Origin %s for the page and for the Firehose API",
    async (origin) => {
      const api = await rawRequest(served.url, {
        method: "POST",
        headers: { ...call, Origin: origin },
        body: "{}",
      });
      const query = await post('{"sql":"SELECT 1"}', { "Content-Type": "application/json", Origin: origin });
      expect([api.status, query.status]).toEqual([403, 403]);
    },
  );

  it.each(["127.0.0.1:8080", "localhost:8080", "LOCALHOST"])(
    "lets in the Host %s with pages of that address, whatever port is forwarded here",
    async (name) => {
      const headers = { Host: name, Origin: `http://${name}` };
      expect((await rawRequest(served.url, { path: "/api/table", headers })).status).toBe(200);
    },
  );

  it("lets in Firehose clients, which send no Origin", async () => {
    const { status, body } = await rawRequest(served.url, { method: "POST", headers: call, body: "{}" });
    expect(status).toBe(200);
    expect(JSON.parse(body)).toMatchObject({ DeliveryStreamNames: ["firehosetos3demo"] });
  });

  it("rejects what another site's page loads, but not a link to here", async () => {
    const from = (mode: string) => ({ "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": mode });
    expect((await rawRequest(served.url, { path: "/page.js", headers: from("no-cors") })).status).toBe(403);
    expect((await rawRequest(served.url, { headers: from("navigate") })).status).toBe(200);
  });

  it("does not answer a preflight", async () => {
    const headers = { Origin: "http://evil.example", "Access-Control-Request-Method": "POST" };
    const { status, headers: answered } = await rawRequest(served.url, { method: "OPTIONS", headers });
    expect(status).toBe(403);
    expect(answered["access-control-allow-origin"]).toBeUndefined();
  });

  it.each([
    ["PUT", "/", "GET, HEAD"],
    ["POST", "/api/table", "GET"],
    ["GET", "/api/query", "POST"],
    ["DELETE", "/api/snapshot", "GET"],
    ["OPTIONS", "/api/query", "POST"],
  ])("rejects %s %s", async (method, path, allowed) => {
    const { status, headers } = await rawRequest(served.url, { method, path });
    expect([status, headers.allow]).toEqual([405, allowed]);
  });

  it.each([
    "/../package.json",
    "/page.js/../../page-server.ts",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/..%5c..%5cpackage.json",
    "/main.ts",
    "//page.js",
    "/api/",
    "/constructor",
    `/${"x".repeat(5_000)}`,
    "http://evil.example/",
  ])("has nothing at %.40s", async (path) => {
    expect((await rawRequest(served.url, { path })).status).toBe(404);
  });

  it("rejects headers that are too large", async () => {
    const headers = { "X-Large": "x".repeat(20_000) };
    expect((await rawRequest(served.url, { headers })).status).toBe(431);
  });
});

describe("what the page asks for", () => {
  it("has the deployed dashboard and the saved queries", async () => {
    const { dashboard, queries, buffering } = await json<PipelineInfo>("/api/pipeline");
    expect(dashboard.widgets.length).toBeGreaterThan(9);
    expect(queries).toHaveLength(4);
    expect(buffering).toEqual({ bytes: 5 * 2 ** 20, seconds: 300 });
  });

  it("has the metrics that the dashboard draws", async () => {
    const { metrics } = await json<Metrics>("/api/metrics?range=900");
    const incoming = metrics.find(({ key }) => key.includes("IncomingRecords"));
    expect(incoming).toMatchObject({ periodSeconds: 60, sets: [[served.clock.now() / 1000, 5, 5, 5, 1]] });
  });

  describe("between two moments", () => {
    const dayMs = 86_400_000;
    const daysAgo = (days: number) => firstInstant - days * dayMs;
    const between = (startMs: number, endMs: number) =>
      json<Metrics>(`/api/metrics?${rangeQuery({ startMs, endMs })}`);
    /** `[period, time, value]` of what is there of one metric. */
    const points = ({ metrics }: Metrics) =>
      metrics
        .filter(({ key }) => key === metricKey(invocations))
        .flatMap(({ periodSeconds, sets }) => sets.map(([start, sum]) => [periodSeconds, start * 1000, sum]));
    const { invocations } = pipelineMetrics(names);

    // One value each minute, as the pipeline makes them, for longer than any of them is kept.
    beforeAll(() => {
      const { namespace, name, dimensions } = invocations;
      for (let time = daysAgo(20); time < firstInstant; time += 60_000)
        served.metrics.record(namespace, name, dimensions, 1, time);
    });

    it("has the values from the first to before the second", async () => {
      const start = firstInstant - 600_000;
      expect(points(await between(start, start + 120_000))).toEqual([
        [60, start, 1],
        [60, start + 60_000, 1],
      ]);
    });

    it("has values of five minutes where those of one minute are no longer kept", async () => {
      const start = daysAgo(2);
      expect(points(await between(start, start + 600_000))).toEqual([
        [300, start, 5],
        [300, start + 300_000, 5],
      ]);
    });

    it("has a value each five minutes at most, for the longest time there is", async () => {
      const found = points(await between(served.clock.now() - 14 * dayMs, served.clock.now()));
      expect(found.length).toBeGreaterThan(4_000);
      expect(found.length).toBeLessThanOrEqual((14 * dayMs) / 300_000);
    });
  });

  const from = (startMs: number, endMs: number) => `?start=${startMs}&end=${endMs}`;
  it.each([
    ["", "Either range, or start and end"],
    ["?range=900&start=1&end=2", "Either range, or start and end"],
    ["?range=0", "range=0 is not from 1 to 1209600 seconds"],
    ["?range=99999999", "range=99999999 is not from 1 to 1209600 seconds"],
    ["?range=-1", 'range must be a whole number of seconds; received "-1"'],
    ["?range=1e3", 'received "1e3"'],
    ["?range=1;DROP", 'received "1;DROP"'],
    ["?range=", 'received ""'],
    ["?start=1", 'end must be a whole number of milliseconds since 1970; received ""'],
    ["?end=1", "start must be a whole number"],
    ["?start=2026-01-01&end=2026-01-02", 'received "2026-01-01"'],
    [`?start=${"9".repeat(400)}&end=1`, "start must be a whole number"],
    [from(firstInstant, firstInstant), "it is"],
    [from(firstInstant - 60_000, firstInstant - 120_000), "The end must be after the start."],
    [from(firstInstant - 60_000, firstInstant + 999_999_999), "The end must not be in the future."],
    [from(firstInstant + 999_999_999, firstInstant + 1_000_000_000), "The start must be in the past."],
    [from(0, 1), "The start is more than 14 days ago."],
  ])('rejects the time range "%.60s"', async (query, message) => {
    const { status, body } = await rawRequest(served.url, { path: `/api/metrics${query}` });
    expect(status).toBe(400);
    expect((JSON.parse(body) as Refusal).error).toContain(message);
  });

  it("has the snapshot, its files and its newest rows first", async () => {
    const { snapshots, currentSnapshotId } = await json<TableInfo>("/api/table");
    const contents = await json<SnapshotContents>(`/api/snapshot?id=${currentSnapshotId}`);
    expect(snapshots).toMatchObject([{ id: currentSnapshotId, addedRows: 2, totalRows: 2 }]);
    expect(contents.files).toMatchObject([
      { rows: 2, path: expect.stringMatching(/^data\/[^/]+\.parquet$/) },
    ]);
    expect(contents.latest.rows.map(([sensor]) => sensor)).toEqual(["b", "a"]);
  });

  it.each([
    ["?id=1", 404],
    ["?id=-1", 400],
    ["?id=../1", 400],
    ["?id=99999999999999999999", 400],
    ["?id=", 400],
  ])("rejects the snapshot %s", async (query, status) => {
    expect((await rawRequest(served.url, { path: `/api/snapshot${query}` })).status).toBe(status);
  });

  it("has failed records with their reason and text, long ones cut off", async () => {
    const { records, more } = await json<FailedRecordsInfo>("/api/failed");
    expect(more).toBe(false);
    expect(records).toMatchObject([
      { errorCode: "Iceberg.InvalidJson", isText: true, bytes: 3_000, text: "é".repeat(1_000) },
      { errorCode: "Iceberg.InvalidJson", isText: false, bytes: 2 },
      { errorCode: "Iceberg.SchemaTypeMismatch", text: '{"temperature":"warm"}', isText: true, bytes: 22 },
    ]);
  });
});

describe("a query", () => {
  it("is answered, at any snapshot", async () => {
    const { currentSnapshotId: snapshotId } = await json<TableInfo>("/api/table");
    const sql = "SELECT count(*) AS n, max(temperature) AS t FROM firehosetos3demo";
    for (const question of [{ sql }, { sql, snapshotId }]) {
      const { status, body } = await post(JSON.stringify(question));
      expect(status).toBe(200);
      expect(JSON.parse(body)).toMatchObject({ rows: [[2, 30.5]], truncated: false });
    }
  });

  it("is answered with the engine's message when it is wrong, and with the place", async () => {
    const { status, body } = await post('{"sql":"SELECT nothing\\nFROM firehosetos3demo"}');
    expect(status).toBe(400);
    expect(JSON.parse(body)).toMatchObject({ position: { line: 1, column: 8 } });
  });

  it.each([
    "COPY (SELECT 1) TO '/tmp/x'",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT 1; SELECT 2",
    "SET memory_limit = '100GB'",
    "ATTACH '/tmp/other.db'",
  ])("rejects %s", async (sql) => {
    expect((await post(JSON.stringify({ sql }))).status).toBe(400);
  });

  it("rejects what takes too much memory, and hands out a thousand rows at most", async () => {
    const large = await post(
      '{"sql":"SELECT list(a.range || b.range) FROM range(100000) a, range(100000) b"}',
    );
    const many = await post('{"sql":"SELECT range FROM range(5000)"}');
    expect(large.status).toBe(400);
    expect(JSON.parse(many.body)).toMatchObject({ truncated: true });
    expect(JSON.parse(many.body).rows).toHaveLength(1_000);
  });

  it("leaves out rows that would make the answer too large to show", async () => {
    const { body } = await post(`{"sql":"SELECT repeat('x', 100000) AS x FROM range(500)"}`);
    expect(JSON.parse(body).truncated).toBe(true);
    expect(body.length).toBeLessThan(4.2 * 2 ** 20);
  });

  it("is refused while many others wait", async () => {
    const slow = JSON.stringify({ sql: "SELECT count(*) FROM range(20000000)" });
    const statuses = (await Promise.all(Array.from({ length: 20 }, () => post(slow)))).map(
      ({ status }) => status,
    );
    expect(statuses.filter((status) => status === 503)).toHaveLength(12);
    expect(statuses.filter((status) => status === 200)).toHaveLength(8);
  });

  it.each([
    ["no JSON", "SELECT 1", "application/json", 400],
    ["no query", "{}", "application/json", 400],
    ["null", "null", "application/json", 400],
    ["a number", '{"sql":1}', "application/json", 400],
    ["a snapshot that is no number", '{"sql":"SELECT 1","snapshotId":"x"}', "application/json", 400],
    ["a form, which any site could send", "sql=SELECT+1", "application/x-www-form-urlencoded", 415],
    ["plain text, which any site could send", '{"sql":"SELECT 1"}', "text/plain", 415],
    ["too much", JSON.stringify({ sql: "x".repeat(70_000) }), "application/json", 413],
  ])("rejects %s", async (_case, body, type, status) => {
    expect((await post(body, { "Content-Type": type })).status).toBe(status);
  });
});

it("sends an update when something has changed", async () => {
  const updates: Update[] = [];
  const isEnough = new Promise<void>((resolve) => {
    const request = get(`${served.url}/api/events`, { headers: { Host: host() } }, (response) => {
      response.setEncoding("utf8");
      response.on("data", (text: string) => {
        const [, data] = /^data: (.*)$/m.exec(text) ?? [];
        if (data !== undefined) updates.push(JSON.parse(data) as Update);
        if (updates.length === 1) served.pipeline.stream.putRecords([Buffer.from("{}")]);
        if (updates.at(-1)?.state.acknowledged !== 6) return;
        request.destroy();
        resolve();
      });
    });
  });

  await isEnough;

  expect(updates[0]?.state).toMatchObject({ acknowledged: 5, delivered: 2, failed: 3 });
  expect(updates.at(-1)?.state.buffered.records).toBe(1);
  expect(JSON.stringify(updates.at(-1)?.metrics)).toContain("IncomingRecords");
});

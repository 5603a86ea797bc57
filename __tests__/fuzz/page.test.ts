import { connect } from "node:net";
import { get, type ClientRequest } from "node:http";
import fc from "../support/fast-check";
import type { Refusal } from "../../local/page/api";
import { eventStreamLimits } from "../../local/page/event-stream";
import { rawRequest, type RawAnswer } from "../support/raw-request";
import { firstInstant, servePage, type ServedPage } from "../support/served-page";

let served: ServedPage;

beforeAll(async () => {
  served = await servePage();
  served.pipeline.stream.putRecords([Buffer.from('{"sensor_id":"a","timestamp":1}'), Buffer.from("[]")]);
  await served.flush();
});

afterAll(() => served.close());

// Whatever came before: the page is there, and so are all of its data.
afterEach(async () => {
  const paths = [
    "/",
    "/api/pipeline",
    "/api/metrics?range=900",
    "/api/table",
    "/api/snapshot",
    "/api/failed",
  ];
  const answers = await Promise.all(paths.map((path) => rawRequest(served.url, { path })));
  expect(answers.map(({ status }) => status)).toEqual(paths.map(() => 200));
});

/** Neither a crash nor an internal error: the answer, or a refusal that says why. */
function expectAnswerOrRefusal({ status, headers, body }: RawAnswer, method: string): void {
  expect([200, 400, 403, 404, 405, 413, 415, 503]).toContain(status);
  expect(headers["access-control-allow-origin"]).toBeUndefined();
  if (status === 200 || method === "HEAD") return;
  expect(headers["content-type"]).toMatch(/^application\/json/);
  const { error } = JSON.parse(body) as Refusal;
  expect(error).toMatch(/\S/);
  expect(error).not.toMatch(/\n +at /);
}

const apis = ["pipeline", "metrics", "table", "snapshot", "failed", "query", "events"].map(
  (name) => `/api/${name}`,
);
const inherited = fc.constantFrom("__proto__", "constructor", "toString", "hasOwnProperty");
/** What may stand in a request line; node refuses to send anything else. */
const urlText = fc.oneof(
  fc.stringMatching(/^[!-~]{0,20}$/),
  fc.string({ unit: "grapheme", maxLength: 10 }).map(encodeURIComponent),
  fc.constantFrom("%", "%00", "%2e%2e%2f", "%ff", "..", "//", "?", "#", "x".repeat(2_000)),
  inherited,
);

describe("the page's server", () => {
  it("answers any path and method with what is there, or a refusal", async () => {
    const path = fc
      .tuple(fc.constantFrom("", ...apis, "/page.js"), fc.array(urlText, { maxLength: 3 }))
      .map(([start, rest]) => `/${start.slice(1)}${rest.join("/")}`);
    const method = fc.constantFrom("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE");

    await fc.assert(
      fc.asyncProperty(path, method, async (whole, how) => {
        // That is a stream of events, which does not end.
        fc.pre(!(whole.split("?")[0] === "/api/events" && how === "GET"));
        expectAnswerOrRefusal(await rawRequest(served.url, { path: whole, method: how }), how);
      }),
      { numRuns: 150 },
    );
  });

  it("answers any parameters of a range or a snapshot, or says what they must be", async () => {
    const names = fc.oneof(fc.constantFrom("range", "start", "end", "id"), inherited);
    const time = fc.integer({ min: -2, max: 2 }).map((hours) => String(firstInstant + hours * 3_600_000));
    const number = fc.oneof(fc.integer(), fc.maxSafeInteger(), fc.double()).map(String);
    const value = fc.oneof(time, number, urlText, fc.constantFrom("900", "1209600", "0", "-1", "1e3", "0x1"));
    const query = fc.array(fc.tuple(names, value), { maxLength: 4 });

    await fc.assert(
      fc.asyncProperty(fc.constantFrom("metrics", "snapshot"), query, async (api, parameters) => {
        const text = parameters.map((parameter) => parameter.join("=")).join("&");
        const answer = await rawRequest(served.url, { path: `/api/${api}?${text.replaceAll("#", "")}` });
        expectAnswerOrRefusal(answer, "GET");
      }),
      { numRuns: 150 },
    );
  });

  it("answers this machine's own pages and commands only, whatever the headers say", async () => {
    const own = new URL(served.url);
    const names = [
      own.host,
      "localhost",
      "127.0.0.1:1",
      "evil.test",
      "localhost.evil.test",
      "127.0.0.1.evil.test",
    ];
    const others = ["LOCALHOST:80", "[::1]", "localhost:99999999", "a b", "127.1", "0"];
    const origins = [
      own.origin,
      "null",
      "http://evil.test",
      `${own.origin}.evil.test`,
      "file://",
      "http://localhost",
    ];
    const headers = fc.record(
      {
        Host: fc.oneof(fc.constantFrom(...names, ...others), fc.stringMatching(/^[!-~]{1,30}$/)),
        Origin: fc.oneof(fc.constantFrom(...origins), fc.stringMatching(/^[!-~]{1,30}$/)),
        "Sec-Fetch-Site": fc.constantFrom("none", "same-origin", "same-site", "cross-site", "?"),
        "Sec-Fetch-Mode": fc.constantFrom("navigate", "cors", "no-cors", "?"),
        "X-Forwarded-Host": fc.constantFrom("localhost", "evil.test"),
      },
      { requiredKeys: ["Host"] },
    );

    await fc.assert(
      fc.asyncProperty(headers, async (sent) => {
        const answer = await rawRequest(served.url, { path: "/api/pipeline", headers: sent });
        expectAnswerOrRefusal(answer, "GET");
        const isOwnName = /^(localhost|127\.0\.0\.1)(:\d{1,5})?$/i.test(sent.Host);
        const isOwnOrigin = sent.Origin === undefined || sent.Origin === `http://${sent.Host}`;
        if (!isOwnName || !isOwnOrigin) expect(answer.status).toBe(403);
      }),
      { numRuns: 150 },
    );
  });

  it("answers any body of a question, or says what it must be", async () => {
    const json = { "Content-Type": "application/json" };
    const types = fc.constantFrom(
      json,
      { "Content-Type": "application/json; charset=utf-16" },
      { "Content-Type": "text/plain" },
      { "Content-Type": "application/x-www-form-urlencoded" },
      {},
    );
    const noSql = fc
      .oneof(fc.jsonValue({ maxDepth: 2 }), fc.constant(undefined))
      .filter((v) => typeof v !== "string");
    const questions = fc.oneof(
      fc.record({ sql: noSql, snapshotId: fc.jsonValue() }, { requiredKeys: [] }),
      fc
        .record({
          sql: fc.string(),
          snapshotId: fc.oneof(noSql, fc.constantFrom("-1", "x", "", "9".repeat(99))),
        })
        .filter(({ snapshotId }) => snapshotId !== undefined),
    );
    const opening = fc.constantFrom("[", '{"sql":', '{"sql":[', '{"__proto__":');
    const body = fc.oneof(
      questions.map((question) => Buffer.from(JSON.stringify(question))),
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
      fc.json().map((text) => Buffer.from(text)),
      fc.tuple(opening, fc.nat(40_000)).map(([text, times]) => Buffer.from(text.repeat(times))),
      fc.nat(300_000).map((more) => Buffer.alloc(64 * 1024 + 1 + more, " ")),
    );

    await fc.assert(
      fc.asyncProperty(types, body, async (headers, content) => {
        const answer = await rawRequest(served.url, {
          method: "POST",
          path: "/api/query",
          headers,
          body: content,
        });
        expectAnswerOrRefusal(answer, "POST");
        expect(answer.status).toBeGreaterThanOrEqual(400);
        if (headers === json && content.length > 64 * 1024) expect(answer.status).toBe(413);
      }),
      { numRuns: 150 },
    );
  });

  it("answers any SQL, or says what is wrong with it", async () => {
    const word = fc.constantFrom(
      "SELECT",
      "FROM",
      "readings",
      "*",
      "(",
      ")",
      "'",
      '"',
      ";",
      "--",
      "/*",
      "1",
      "é",
      "\0",
    );
    const sql = fc.oneof(
      fc.array(word, { maxLength: 12 }).map((words) => words.join(" ")),
      fc.string({ unit: "binary", maxLength: 60 }),
    );
    await fc.assert(
      fc.asyncProperty(sql, async (text) => {
        const headers = { "Content-Type": "application/json" };
        const body = JSON.stringify({ sql: text });
        expectAnswerOrRefusal(
          await rawRequest(served.url, { method: "POST", path: "/api/query", headers, body }),
          "POST",
        );
      }),
      { numRuns: 6, interruptAfterTimeLimit: 5_000 },
    );
  });

  it("lives on when clients hang up in the middle of a request", async () => {
    const { hostname, port } = new URL(served.url);
    const whole =
      `POST /api/query HTTP/1.1\r\nHost: ${hostname}:${port}\r\nContent-Type: application/json\r\n` +
      'Content-Length: 30\r\n\r\n{"sql": "SELECT 1 AS one"}    ';
    const hangUpAfter = (bytes: number) =>
      new Promise<void>((resolve) => {
        const socket = connect(Number(port), hostname);
        socket.on("error", () => undefined);
        socket.on("close", () => {
          resolve();
        });
        socket.write(whole.slice(0, bytes), () => socket.destroy());
      });

    const lengths = Array.from({ length: whole.length }, (_, index) => index + 1);
    await Promise.all(lengths.map(hangUpAfter));

    expect((await rawRequest(served.url, { path: "/api/events", method: "POST" })).status).toBe(405);
  });

  it("refuses streams of events beyond its limit, and takes new ones when old ones are gone", async () => {
    const opened: ClientRequest[] = [];
    const open = () =>
      new Promise<number>((resolve, reject) => {
        const request = get(`${served.url}/api/events`, { agent: false }, (response) => {
          response.on("error", () => undefined);
          response.resume();
          resolve(response.statusCode ?? 0);
        });
        request.on("error", reject);
        opened.push(request);
      });
    const hangUp = () => {
      for (const request of opened.splice(0)) request.destroy();
    };

    const more = 20;
    const statuses = await Promise.all(Array.from({ length: eventStreamLimits.clients + more }, open));
    expect(statuses.filter((status) => status === 503)).toHaveLength(more);
    hangUp();

    // The server hears of it in its own time.
    let status = 503;
    while (status === 503) status = await open();
    expect(status).toBe(200);
    hangUp();
  });
});

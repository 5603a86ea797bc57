import { readFileSync } from "node:fs";
import { join } from "node:path";
import { terminalLimits } from "../../../local/query/query-session";
import { QueryProcess } from "../../../local/query/query-process";
import { trinoFunctions } from "../../../local/query/trino-functions";
import { closeSessions, names, openSession, rowsOf } from "./parquet-fixture";

const page = readFileSync(join(__dirname, "../../../docs/deviations-from-aws.md"), "utf8");
const [, section = ""] = /^## Queries\n([\s\S]*?)(?=^## )/m.exec(page) ?? [];

afterEach(closeSessions);

test("the page names the Trino functions that are there, in their order", () => {
  const [, list = ""] = /under their own name[\s\S]*?:\n([\s\S]*)\.\s*$/.exec(section) ?? [];

  expect([...list.matchAll(/`(\w+)`/g)].map(([, name]) => name)).toEqual(
    trinoFunctions.map(({ name }) => name),
  );
});

test("the page names the limits of a query at the terminal", () => {
  expect(section).toContain(`${terminalLimits.memoryMib / 1024} GiB of memory`);
  expect(section).toContain(`or ${new QueryProcess(names, terminalLimits).processBytes / 2 ** 30} GiB with`);
  expect(section).toContain(`takes ${terminalLimits.timeoutMs / 60_000} minutes`);
});

test.each([
  ["1 / 0", null],
  ["1e0 / 0", null],
  ["concat('a', NULL)", "a"],
  ["'a' || NULL", null],
  ["element_at(MAP(ARRAY['a'], ARRAY[1]), 'a')", [1]],
  ["MAP(ARRAY['a'], ARRAY[1])['a']", 1],
  ["TIMESTAMP '2026-01-01 00:00:00 UTC'", "2026-01-01 00:00:00.000"],
  ["from_unixtime(0) AT TIME ZONE 'Europe/Berlin'", "1970-01-01 01:00:00.000"],
  ["CAST(from_unixtime(0) AS VARCHAR)", "1970-01-01 00:00:00+00"],
  ["7.0 / 2", 3.5],
])("%s differs from Athena as the page says", async (expression, value) => {
  const session = await openSession();

  expect(await rowsOf(session, `SELECT ${expression}`)).toEqual([[value]]);
});

test.each(["date_parse", "format_datetime", "at_timezone", "to_utf8", "transform", "every"])(
  "rejects %s, which the page says is missing",
  async (name) => {
    const session = await openSession();
    expect(section).toContain(`\`${name}\``);

    await expect(session.run(`SELECT ${name}('x')`)).rejects.toThrow("does not exist");
  },
);

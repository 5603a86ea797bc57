import { trinoFunctions } from "../../../local/query/trino-functions";
import { closeSessions, openSession, rowsOf } from "./parquet-fixture";

afterEach(closeSessions);

/** One or more calls of each function, with what Trino's documentation says they give. */
const calls: readonly [name: string, expression: string, value: unknown][] = [
  ["from_unixtime", "from_unixtime(1767225599.25)", "2025-12-31 23:59:59.250 UTC"],
  ["to_unixtime", "to_unixtime(from_unixtime(1767225599.25))", 1767225599.25],
  [
    "from_iso8601_timestamp",
    "from_iso8601_timestamp('2026-01-01T02:00:00+02:00')",
    "2026-01-01 00:00:00.000 UTC",
  ],
  ["from_iso8601_date", "from_iso8601_date('2026-01-01')", "2026-01-01"],
  ["to_iso8601", "to_iso8601(from_unixtime(1.5))", "1970-01-01T00:00:01.500Z"],
  ["date_format", "date_format(TIMESTAMP '2026-03-04 15:06:07', '%Y-%m-%d %H:%i:%s')", "2026-03-04 15:06:07"],
  [
    "date_format",
    "date_format(TIMESTAMP '2026-03-04 15:06:07', '%M %e, %c %T %h %p')",
    "March 4, 3 15:06:07 03 PM",
  ],
  ["date_add", "date_add('month', 1, TIMESTAMP '2026-01-31 00:00:00')", "2026-02-28 00:00:00.000"],
  ["date_add", "date_add('MINUTE', -90, from_unixtime(5400))", "1970-01-01 00:00:00.000 UTC"],
  ["date_diff", "date_diff('hour', from_unixtime(3599), from_unixtime(7198))", 0],
  ["date_diff", "date_diff('hour', from_unixtime(0), from_unixtime(7200))", 2],
  ["day_of_week", "day_of_week(DATE '2026-01-04')", 7],
  ["day_of_month", "day_of_month(DATE '2026-01-04')", 4],
  ["day_of_year", "day_of_year(DATE '2026-02-01')", 32],
  ["week_of_year", "week_of_year(DATE '2026-01-05')", 2],
  ["last_day_of_month", "last_day_of_month(DATE '2026-02-01')", "2026-02-28"],
  ["current_timezone", "current_timezone()", "UTC"],
  ["approx_distinct", "(SELECT approx_distinct(n) FROM UNNEST(ARRAY[1, 1, 2]) AS t (n))", 2],
  ["approx_percentile", "(SELECT approx_percentile(n, 0.5) FROM UNNEST(sequence(1, 101)) AS t (n))", 51],
  ["map_agg", "(SELECT map_agg(k, v) FROM (VALUES ('a', 1), ('b', 2)) AS t (k, v))", { a: 1, b: 2 }],
  ["is_nan", "is_nan(CAST('NaN' AS DOUBLE))", true],
  ["is_finite", "is_finite(1e0)", true],
  ["is_infinite", "is_infinite(CAST('Infinity' AS DOUBLE))", true],
  ["truncate", "truncate(-1.7e0)", -1],
  ["rand", "rand() BETWEEN 0 AND 1", true],
  ["regexp_like", "regexp_like('sensor-007', 'sensor-0\\d+')", true],
  ["json_extract_scalar", `json_extract_scalar('{"a": {"b": "c"}}', '$.a.b')`, "c"],
  ["array_join", "array_join(ARRAY['a', 'b'], '-')", "a-b"],
  ["cardinality", "cardinality(ARRAY[1, 2])", 2],
  ["sequence", "sequence(1, 3)", [1, 2, 3]],
  ["sequence", "sequence(1, 9, 4)", [1, 5, 9]],
];

test.each(calls)("%s: %s", async (_name, expression, value) => {
  const session = await openSession();

  expect(await rowsOf(session, `SELECT ${expression}`)).toEqual([[value]]);
});

test("every function is called above", () => {
  const called = new Set(calls.map(([name]) => name));

  expect(trinoFunctions.map(({ name }) => name).filter((name) => !called.has(name))).toEqual([]);
});

test("date_add rejects a unit that Trino does not have", async () => {
  const session = await openSession();

  await expect(session.run("SELECT date_add('hours', 1, from_unixtime(0))")).rejects.toThrow("hours");
});

test.each([
  ["date_trunc", "date_trunc('minute', from_unixtime(119))", "1970-01-01 00:01:00.000 UTC"],
  ["an interval", "from_unixtime(0) + INTERVAL '1' HOUR", "1970-01-01 01:00:00.000 UTC"],
  ["extract", "EXTRACT(HOUR FROM from_unixtime(7200))", 2],
  ["try_cast", "TRY_CAST('x' AS INTEGER)", null],
  ["max_by", "(SELECT max_by(k, v) FROM (VALUES ('a', 1), ('b', 2)) AS t (k, v))", "b"],
  ["count_if", "(SELECT count_if(n > 1) FROM UNNEST(ARRAY[1, 2, 3]) AS t (n))", 2],
  ["arbitrary", "(SELECT arbitrary(n) FROM UNNEST(ARRAY[1, 1]) AS t (n))", 1],
  [
    "a time zone literal",
    "TIMESTAMP WITH TIME ZONE '2026-01-01 00:00:00 UTC'",
    "2026-01-01 00:00:00.000 UTC",
  ],
])("shared with DuckDB: %s", async (_name, expression, value) => {
  const session = await openSession();

  expect(await rowsOf(session, `SELECT ${expression}`)).toEqual([[value]]);
});

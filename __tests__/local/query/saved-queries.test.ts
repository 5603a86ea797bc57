import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Cell } from "../../../local/query/query-result";
import { openTable } from "../../../local/query/open-table";
import { findSavedQuery, savedQueries, sqlFor } from "../../../local/query/saved-queries";
import { warehouse } from "../../../local/warehouse";
import { defaultStackName, pipelineNames } from "../../../pipeline/names";
import { sensorReadingColumns, type SensorReading } from "../../../pipeline/sensor-reading";
import { closeSessions, names, openSession, temporaryDirectory } from "./parquet-fixture";
import { commitReadings, readings } from "./readings-fixture";

const queryFolder = join(__dirname, "..", "..", "..", "queries");

test("the article's four queries are there, each with a description", () => {
  expect(savedQueries().map(({ name }) => name)).toEqual([
    "all-sensor-data",
    "average-temperature-by-location",
    "recent-high-temperature-alerts",
    "sensor-activity-summary",
  ]);
  for (const { description } of savedQueries()) expect(description).toMatch(/^[A-Z].{20,}\.$/);
});

describe("a query's text", () => {
  const texts = readdirSync(queryFolder).map((file) => [file, readFileSync(join(queryFolder, file), "utf8")]);

  test.each(texts)(
    "in %s names the default stack's table as Athena needs it, and no other",
    (_file, text) => {
      const { athenaTable } = pipelineNames(defaultStackName);

      expect(text.split(athenaTable)).toHaveLength(2);
      expect(text.match(/\b(?:FROM|JOIN)\b/gi)).toHaveLength(1);
    },
  );

  test.each(texts)(
    "in %s is one statement without the semicolon that Athena's API refuses",
    (_file, text) => {
      expect(text).not.toContain(";");
    },
  );

  test("is for another stack the same with that stack's table", () => {
    const query = findSavedQuery("all-sensor-data");

    const sql = sqlFor(query, pipelineNames("my-stack"));

    expect(sql).toContain('FROM "s3tablescatalog/my-stack"."my_stack"."my_stack"');
    expect(sql).not.toContain(defaultStackName);
  });
});

test.each([
  ["average-temprature-by-location", 'Did you mean "average-temperature-by-location"?'],
  ["alerts", 'Did you mean "recent-high-temperature-alerts"?'],
  ["zzzzzz", "There are: all-sensor-data, "],
])("rejects the unknown name %s with advice", (name, advice) => {
  expect(() => findSavedQuery(name)).toThrow(advice);
});

describe("the answers, computed independently,", () => {
  const store = warehouse(temporaryDirectory(), names);
  const rows = readings(2_000);

  beforeAll(async () => {
    await commitReadings(store, [rows.slice(0, 700), rows.slice(700, 701), rows.slice(701)]);
  });

  afterEach(closeSessions);

  async function answer(name: string): Promise<Record<string, Cell>[]> {
    const session = await openSession(await openTable(store.tableLocation));
    const { columns, rows: cells } = await session.run(sqlFor(findSavedQuery(name), names));
    return cells.map((row) => Object.fromEntries(columns.map((column, n) => [column.name, row[n] ?? null])));
  }

  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  /** Within what rounding to two decimals may move a value. */
  const about = (value: number) => expect.closeTo(value, 2) as number;

  function groups(key: (reading: SensorReading) => string): [string, SensorReading[]][] {
    const found = new Map<string, SensorReading[]>();
    for (const row of rows) found.set(key(row), [...(found.get(key(row)) ?? []), row]);
    return [...found];
  }

  test("to all-sensor-data are a hundred rows with every column", async () => {
    const found = await answer("all-sensor-data");

    const known = new Set(rows.map((row) => JSON.stringify(row)));
    expect(found).toHaveLength(100);
    expect(Object.keys(found[0] ?? {})).toEqual(sensorReadingColumns.map(({ name }) => name));
    expect(new Set(found.map((row) => JSON.stringify(row))).size).toBe(100);
    expect(found.filter((row) => !known.has(JSON.stringify(row)))).toEqual([]);
  });

  test("to average-temperature-by-location are every location's mean, the warmest first", async () => {
    const expected = groups(({ location }) => location)
      .map(([location, group]) => ({ location, group, average: mean(group.map((row) => row.temperature)) }))
      .sort((a, b) => b.average - a.average)
      .map(({ location, group, average }) => ({
        location,
        average_temperature: about(average),
        readings: group.length,
      }));

    expect(await answer("average-temperature-by-location")).toEqual(expected);
  });

  test("to recent-high-temperature-alerts are the 50 newest above 25 degrees, newest and hottest first", async () => {
    const expected = rows
      .filter(({ temperature }) => temperature > 25)
      .sort(
        (a, b) =>
          b.timestamp - a.timestamp || b.temperature - a.temperature || (a.sensor_id < b.sensor_id ? -1 : 1),
      )
      .slice(0, 50)
      .map(({ sensor_id, temperature, humidity, timestamp }) => ({
        sensor_id,
        temperature,
        humidity,
        timestamp,
        reading_time: new Date(timestamp * 1000).toISOString().replace("T", " ").replace("Z", " UTC"),
      }));

    expect(expected).toHaveLength(50);
    expect(await answer("recent-high-temperature-alerts")).toEqual(expected);
  });

  test("to sensor-activity-summary are every sensor's counts, means, first and last reading", async () => {
    const time = (seconds: number) =>
      new Date(seconds * 1000).toISOString().replace("T", " ").replace("Z", " UTC");
    const expected = groups(({ sensor_id }) => sensor_id)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([sensor_id, group]) => ({
        sensor_id,
        location: group[0]?.location,
        total_readings: group.length,
        average_temperature: about(mean(group.map((row) => row.temperature))),
        average_humidity: about(mean(group.map((row) => row.humidity))),
        first_reading: time(Math.min(...group.map(({ timestamp }) => timestamp))),
        last_reading: time(Math.max(...group.map(({ timestamp }) => timestamp))),
      }));

    expect(await answer("sensor-activity-summary")).toEqual(expected);
  });
});

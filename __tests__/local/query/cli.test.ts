import { join } from "node:path";
import { IcebergTable } from "../../../local/iceberg/table";
import { warehouse } from "../../../local/warehouse";
import { runCommandFile, type CommandRun } from "../cli/run-command";
import { names, temporaryDirectory } from "./parquet-fixture";
import { commitReadings, readings } from "./readings-fixture";

const directory = temporaryDirectory();
const store = warehouse(directory, names);

beforeAll(async () => {
  await commitReadings(store, [readings(300), readings(50, { from: 300 })]);
});

/** `npm run query` on the test's table. */
const query = (...args: readonly string[]) =>
  runCommandFile("operations/query.ts", [...args, "--warehouse", directory, "--stack-name", names.stack]);

test("lists the queries when it is given none", async () => {
  const { exitCode, stdout, stderr } = await query();

  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect(stdout).toMatch(/average-temperature-by-location .*Where it is warmest/);
});

test("answers a query by its name, as a table", async () => {
  const { exitCode, stdout } = await query("average-temperature-by-location");

  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/│ location +│ average_temperature │ readings │/);
  expect(stdout).toMatch(/3 rows in \d+ ms/);
});

test("answers SQL as JSON, and prints nothing else", async () => {
  const { stdout, stderr } = await query(
    `SELECT count(*) AS n, max("timestamp") AS newest FROM ${names.table}`,
    "--json",
  );

  expect(stderr).toBe("");
  expect(JSON.parse(stdout)).toEqual({
    columns: [
      { name: "n", type: "bigint" },
      { name: "newest", type: "bigint" },
    ],
    rows: [[350, 1767225687]],
    truncated: false,
  });
});

test("answers SQL as CSV, with what needs quotes in quotes", async () => {
  const { stdout } = await query(`SELECT 'a,"b"' AS "x,y", 1.5 AS z, NULL AS nothing, '' AS empty`, "--csv");

  expect(stdout).toBe('"x,y",z,nothing,empty\r\n"a,""b""",1.5,,""\r\n');
});

test("shows the first rows of many in a table, and how many are left", async () => {
  const { stdout } = await query(`SELECT * FROM ${names.table}`);

  expect(stdout).toContain("... and 150 more rows");
  expect(stdout).toContain("350 rows in");
});

test("shows what would move the cursor of a terminal as text", async () => {
  const { stdout } = await query("SELECT chr(27) || '[2J' AS hostile");

  expect(stdout).toContain("\\u001b[2J");
  expect(stdout).not.toContain("\u001b");
});

test("travels in time by snapshot and by time", async () => {
  const [first] = (await IcebergTable.open(store.tableLocation)).snapshots();
  const sql = `SELECT count(*) AS n FROM ${names.table}`;

  const [bySnapshot, byTime, byLaterTime] = await Promise.all([
    query(sql, "--csv", "--snapshot", String(first?.snapshotId)),
    query(sql, "--csv", "--as-of", "2026-01-01 00:00:59"),
    query(sql, "--csv", "--as-of", "2026-01-01T01:01:00+01:00"),
  ]);

  expect(bySnapshot.stdout).toBe("n\r\n300\r\n");
  expect(byTime.stdout).toBe("n\r\n300\r\n");
  expect(byLaterTime.stdout).toBe("n\r\n350\r\n");
});

describe("help", () => {
  test("tells every option", async () => {
    const { exitCode, stdout } = await query("--help");

    expect(exitCode).toBe(0);
    for (const option of ["--snapshot", "--as-of", "--json", "--csv", "--warehouse", "--stack-name"])
      expect(stdout).toContain(option);
  });
});

describe("rejects", () => {
  const cases: readonly [what: string, args: readonly string[], exitCode: number, message: string][] = [
    ["an unknown name", ["avrage-temperature-by-location"], 1, "average-temperature-by-location"],
    ["a bad query", [`SELECT temprature FROM ${names.table}`], 1, "LINE 1: SELECT temprature"],
    ["a forbidden query", ["COPY (SELECT 1) TO '/tmp/x'"], 1, "read-only"],
    ["an unknown snapshot", ["SELECT 1", "--snapshot", "99"], 1, "No snapshot 99"],
    ["a bad snapshot id", ["SELECT 1", "--snapshot", "newest"], 2, "whole number"],
    ["a bad time", ["SELECT 1", "--as-of", "2026-02-30"], 2, "It must be a time"],
    ["two moments", ["SELECT 1", "--as-of", "2026-01-01", "--snapshot", "1"], 2, "--snapshot"],
    ["two formats", ["SELECT 1", "--json", "--csv"], 2, "--csv"],
    ["an unknown option", ["--jsn"], 2, "--json"],
    ["a second query", ["SELECT 1", "SELECT 2"], 2, "too many arguments"],
  ];
  let runs: readonly CommandRun[];

  beforeAll(async () => {
    runs = await Promise.all(cases.map(([, args]) => query(...args)));
  });

  test.each(cases.map(([what, , exitCode, message], index) => ({ what, exitCode, message, index })))(
    "$what",
    ({ exitCode, message, index }) => {
      const run = runs[index];

      expect(run).toMatchObject({ exitCode, stdout: "", stderr: expect.stringContaining(message) });
      expect(run?.stderr).not.toMatch(/^ +at /m);
    },
  );

  test("a bad stack name, with the rule it breaks", async () => {
    const { exitCode, stderr } = await runCommandFile("operations/query.ts", ["--stack-name", "My_Stack"]);

    expect(exitCode).toBe(2);
    expect(stderr).toContain("lowercase letters, digits and hyphens");
  });

  test("a warehouse without a table, and says how to make one", async () => {
    const { exitCode, stderr } = await runCommandFile("operations/query.ts", [
      "SELECT 1",
      "--warehouse",
      join(directory, "none"),
    ]);

    expect(exitCode).toBe(1);
    expect(stderr).toContain("npm start");
  });

  test("with the stack trace when DEBUG=1", async () => {
    const { stderr } = await runCommandFile("operations/query.ts", ["no-such-query"], {
      environment: { DEBUG: "1" },
    });

    expect(stderr).toMatch(/^ +at /m);
  });
});

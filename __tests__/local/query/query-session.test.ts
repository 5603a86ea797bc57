import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Clock } from "../../../local/clock/clock";
import { QueryError, QueryLimitError, RefusedQueryError } from "../../../local/query/query-error";
import { longestQuery, type QuerySession } from "../../../local/query/query-session";
import {
  closeSessions,
  names,
  openSession,
  readingColumns,
  rowsOf,
  temporaryDirectory,
  writeParquet,
} from "./parquet-fixture";

const directory = temporaryDirectory();
const twoColumns = { sensor_id: 1, timestamp: 2 };
const threeReadings = `SELECT 'sensor-' || i AS sensor_id, 1767225600 + i::BIGINT AS "timestamp" FROM range(3) t(i)`;
let file: string;

beforeAll(async () => {
  file = await writeParquet(join(directory, "readings.parquet"), threeReadings, twoColumns);
});

afterEach(closeSessions);

describe("the table", () => {
  test.each([names.athenaTable, `${names.namespace}.${names.table}`, names.table])(
    "answers to the name %s",
    async (table) => {
      const session = await openSession({ files: [file] });

      expect(await rowsOf(session, `SELECT count(*) FROM ${table}`)).toEqual([[3]]);
    },
  );

  test("has null in the columns that a file does not have", async () => {
    const session = await openSession({ files: [file] });

    expect(await rowsOf(session, `SELECT * FROM ${names.table} ORDER BY sensor_id LIMIT 1`)).toEqual([
      ["sensor-0", 1767225600, null, null, null, null],
    ]);
  });

  test("finds a column by its field id when the file calls it otherwise", async () => {
    const renamed = await writeParquet(
      join(directory, "renamed.parquet"),
      `SELECT 'a' AS "timestamp", 5::BIGINT AS old_name`,
      { timestamp: 1, old_name: 2 },
    );
    const session = await openSession({ files: [renamed] });

    expect(await rowsOf(session, `SELECT sensor_id, "timestamp" FROM ${names.table}`)).toEqual([["a", 5]]);
  });

  test("reads files written before and after a column was added", async () => {
    const select = `SELECT 'new' AS sensor_id, 9::BIGINT AS "timestamp", true AS indoors`;
    const newer = await writeParquet(join(directory, "newer.parquet"), select, { ...twoColumns, indoors: 7 });
    const columns = [...readingColumns, { fieldId: 7, name: "indoors", type: "boolean" as const }];
    const session = await openSession({ columns, files: [file, newer] });

    const sql = `SELECT indoors, count(*) FROM ${names.table} GROUP BY 1 ORDER BY 1`;
    expect(await rowsOf(session, sql)).toEqual([
      [true, 1],
      [null, 3],
    ]);
  });

  test("is empty, with its columns, when the snapshot has no files", async () => {
    const session = await openSession();

    const { columns, rows } = await session.run(`SELECT * FROM ${names.table}`);

    expect(rows).toEqual([]);
    expect(columns).toEqual([
      { name: "sensor_id", type: "varchar" },
      { name: "timestamp", type: "bigint" },
      { name: "location", type: "varchar" },
      { name: "temperature", type: "double" },
      { name: "humidity", type: "double" },
      { name: "pressure", type: "double" },
    ]);
  });

  test("lies in a folder whose name holds quotes and wildcards", async () => {
    const odd = join(directory, "it's [odd] * ?");
    mkdirSync(odd);
    const path = await writeParquet(join(odd, "a.parquet"), threeReadings, twoColumns);
    const session = await openSession({ files: [path] });

    expect(await rowsOf(session, `SELECT count(sensor_id) FROM ${names.table}`)).toEqual([[3]]);
  });
});

describe("the table's snapshots", () => {
  test("are listed as Athena lists them", async () => {
    const snapshots = [
      {
        snapshotId: 11,
        timestampMs: 1_767_225_600_250,
        operation: "append",
        summary: { "added-records": "3" },
      },
      {
        snapshotId: 12,
        parentSnapshotId: 11,
        timestampMs: 1_767_225_900_000,
        operation: "replace",
        summary: {},
      },
    ] as const;
    const session = await openSession({ snapshots });

    const sql = `SELECT committed_at, snapshot_id, parent_id, operation, summary['added-records']
                 FROM "${names.table}$snapshots" ORDER BY committed_at`;
    expect(await rowsOf(session, sql)).toEqual([
      ["2026-01-01 00:00:00.250 UTC", 11, null, "append", "3"],
      ["2026-01-01 00:05:00.000 UTC", 12, 11, "replace", null],
    ]);
  });

  test("are none in an empty table", async () => {
    const session = await openSession();

    expect(await rowsOf(session, `SELECT * FROM "${names.table}$snapshots"`)).toEqual([]);
  });
});

describe("values", () => {
  test.each([
    ["from_unixtime(1767225600.5)", "2026-01-01 00:00:00.500 UTC", "timestamp with time zone"],
    ["TIMESTAMP '2026-01-01 01:02:03'", "2026-01-01 01:02:03.000", "timestamp"],
    ["DATE '2026-01-01'", "2026-01-01", "date"],
    ["9007199254740993", "9007199254740993", "bigint"],
    ["SUM(1)", 1, "bigint"],
    ["1e300 * 1e300", "Infinity", "double"],
    ["ARRAY[1, 2]", [1, 2], "array(integer)"],
    ["MAP(ARRAY['a'], ARRAY[1])", { a: 1 }, "map(varchar, integer)"],
    ["CAST(NULL AS DOUBLE)", null, "double"],
    ["5 / 2", 2, "integer"],
  ])("%s is %j", async (expression, value, type) => {
    const session = await openSession();

    const { columns, rows } = await session.run(`SELECT ${expression} AS result`);

    expect(rows).toEqual([[value]]);
    expect(columns).toEqual([{ name: "result", type }]);
  });

  test("keep two columns of one name apart", async () => {
    const session = await openSession();

    const { columns } = await session.run("SELECT 1 AS a, 2 AS a");

    expect(new Set(columns.map(({ name }) => name)).size).toBe(2);
  });
});

describe("the lock", () => {
  let session: QuerySession;
  let server: Server;
  let address: string;
  const requests: string[] = [];

  beforeAll(async () => {
    writeFileSync(join(directory, "secret.csv"), "secret\n42\n");
    server = createServer(({ url = "" }, response) => {
      requests.push(url);
      response.end("secret\n42\n");
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterAll(() => new Promise((closed) => server.close(closed)));

  beforeEach(async () => {
    session = await openSession({ files: [file] });
  });

  test.each([
    ["another file by name", "SELECT * FROM 'DIRECTORY/secret.csv'"],
    ["another file by function", "SELECT * FROM read_csv('DIRECTORY/secret.csv')"],
    ["another file as text", "SELECT * FROM read_text('DIRECTORY/secret.csv')"],
    ["another file as bytes", "SELECT * FROM read_blob('/proc/self/environ')"],
    ["another file in a subquery", "SELECT (SELECT count(*) FROM read_text('DIRECTORY/secret.csv'))"],
    ["another file in a CTE", "WITH x AS (FROM read_csv('DIRECTORY/secret.csv')) SELECT * FROM x"],
    ["another file through SUMMARIZE", "SUMMARIZE 'DIRECTORY/secret.csv'"],
    ["a folder", "SELECT * FROM glob('DIRECTORY/*')"],
    ["a Parquet footer", "SELECT * FROM parquet_metadata('DIRECTORY/readings.parquet')"],
    ["the network", "SELECT * FROM read_csv('ADDRESS/secret.csv')"],
    ["the network by name", "SELECT * FROM 'ADDRESS/secret.csv'"],
    ["a copy to a file", "COPY (SELECT 1) TO 'DIRECTORY/made'"],
    ["a copy over the table", "COPY (SELECT 1 AS sensor_id) TO 'DIRECTORY/readings.parquet'"],
    ["a copy from a file", "COPY x FROM 'DIRECTORY/secret.csv'"],
    ["an explained copy", "EXPLAIN ANALYZE COPY (SELECT 1) TO 'DIRECTORY/made'"],
    ["an attached database", "ATTACH 'DIRECTORY/made' AS x"],
    ["an export", "EXPORT DATABASE 'DIRECTORY/made'"],
    ["an import", "IMPORT DATABASE 'DIRECTORY'"],
    ["an extension to install", "INSTALL httpfs"],
    ["an extension to load", "LOAD 'DIRECTORY/made'"],
    ["a setting", "SET memory_limit = '100GB'"],
    ["a reset setting", "RESET memory_limit"],
    ["a pragma", "PRAGMA database_list"],
    ["a call", "CALL enable_logging()"],
    [
      "logging to a file",
      "SELECT * FROM enable_logging('QueryLog', storage = 'file', storage_path = 'DIRECTORY/made')",
    ],
    ["a log entry", "SELECT write_log('x')"],
    ["SQL in a text", "SELECT * FROM query('SELECT 1')"],
    ["a new table", "CREATE TABLE x AS SELECT 1"],
    ["a new macro", "CREATE MACRO from_unixtime(x) AS 'forged'"],
    ["a changed table", `INSERT INTO ${names.table} VALUES (1)`],
    ["a dropped table", `DROP VIEW ${names.table}`],
    ["a transaction", "BEGIN"],
    ["a checkpoint", "SELECT * FROM checkpoint()"],
    ["two statements", "SELECT 1; SELECT 2"],
    ["a statement hidden behind a comment", "/* SELECT */ DROP SCHEMA x"],
    ["nothing", "  -- only a comment"],
  ])("rejects %s", async (_what, template) => {
    const before = readFileSync(file);
    const sql = template.replaceAll("DIRECTORY", directory).replaceAll("ADDRESS", address);

    await expect(session.run(sql)).rejects.toBeInstanceOf(QueryError);

    expect(readFileSync(file)).toEqual(before);
    expect(existsSync(join(directory, "made"))).toBe(false);
    expect(requests).toEqual([]);
    expect(await rowsOf(session, `SELECT count(*) FROM ${names.table}`)).toEqual([[3]]);
  });

  test("leaves no file behind", async () => {
    const before = readdirSync(directory);

    await session.run(`SELECT * FROM ${names.table} ORDER BY "timestamp" DESC`);

    expect(readdirSync(directory)).toEqual(before);
  });

  test.each([
    ["WITH", `WITH t AS (SELECT * FROM ${names.table}) SELECT count(*) FROM t`],
    ["VALUES", "VALUES (1), (2)"],
    ["UNNEST", "SELECT a FROM UNNEST(sequence(1, 3)) AS t (a)"],
    ["DESCRIBE", `DESCRIBE ${names.table}`],
    ["SHOW TABLES", "SHOW TABLES"],
    ["a trailing semicolon", "SELECT 1;"],
  ])("allows %s", async (_what, sql) => {
    const { rows } = await session.run(sql);

    expect(rows.length).toBeGreaterThan(0);
  });
});

describe("a bad query", () => {
  test("says what the engine says, and where", async () => {
    const session = await openSession();

    const failure = session.run(`SELECT sensor_id,\n  temprature\nFROM ${names.table}`);

    await expect(failure).rejects.toMatchObject({
      message: expect.stringMatching(
        /"temprature" not found[\s\S]*"temperature"[\s\S]*LINE 2: {3}temprature\n +\^/,
      ),
      position: { line: 2, column: 3 },
    });
  });

  test("has a position in a line too long to be quoted whole", async () => {
    const session = await openSession();
    const sql = `SELECT ${"sensor_id, ".repeat(40)}nonsense, ${"location, ".repeat(40)}1 FROM ${names.table}`;

    await expect(session.run(sql)).rejects.toMatchObject({
      position: { line: 1, column: sql.indexOf("nonsense") + 1 },
    });
  });

  test("has a position when it cannot be parsed", async () => {
    const session = await openSession();

    await expect(session.run("SELECT 1 FORM, 2 x y")).rejects.toMatchObject({
      message: expect.stringContaining("syntax error"),
      position: { line: 1, column: 20 },
    });
  });

  test("is told how to travel in time when it tries Athena's way", async () => {
    const session = await openSession();
    const sql = `SELECT * FROM ${names.table} FOR TIMESTAMP AS OF TIMESTAMP '2026-01-01 00:00:00 UTC'`;

    await expect(session.run(sql)).rejects.toThrow("--as-of");
  });

  test("leaves the session usable", async () => {
    const session = await openSession();
    await session.run("nonsense").catch(() => undefined);

    expect(await rowsOf(session, "SELECT 1")).toEqual([[1]]);
  });

  test("is refused with its own kind of error when it is not a question", async () => {
    const session = await openSession();

    await expect(session.run("DROP SCHEMA x")).rejects.toBeInstanceOf(RefusedQueryError);
  });
});

describe("limits", () => {
  const endless = "SELECT count(*) FROM range(10000000000) a, range(10000) b";

  test("rejects a query that takes too long", async () => {
    let now = 0;
    const clock: Clock = {
      now: () => now,
      setTimeout: (callback, milliseconds) =>
        setImmediate(() => {
          now += milliseconds;
          callback();
        }),
      clearTimeout: (handle) => {
        clearImmediate(handle as NodeJS.Immediate);
      },
    };
    const session = await openSession({}, { timeoutMs: 2_000 }, clock);

    await expect(session.run(endless)).rejects.toThrow(
      new QueryLimitError("The query took longer than 2 s and was stopped."),
    );
  });

  test("rejects a query that needs too much memory", async () => {
    const session = await openSession({}, { memoryMib: 64 });

    await expect(session.run("SELECT count(DISTINCT range) FROM range(50000000)")).rejects.toThrow(
      "needs more memory",
    );
  });

  test("rejects a query longer than the engine's limits can hold", async () => {
    const session = await openSession();
    const question = "SELECT 1";
    const sql = question.padEnd(longestQuery);

    await expect(session.run(sql)).resolves.toMatchObject({ rows: [[1]] });
    await expect(session.run(`${sql} `)).rejects.toThrow(
      new QueryLimitError("The query is longer than 65,536 characters."),
    );
  });

  test("hands out no more rows than allowed, and says so", async () => {
    const session = await openSession({}, { rows: 10 });

    const { rows, truncated } = await session.run("SELECT * FROM range(100000)");

    expect(rows).toHaveLength(10);
    expect(truncated).toBe(true);
  });

  test("hands out all rows when there are exactly as many as allowed", async () => {
    const session = await openSession({}, { rows: 10 });

    const { rows, truncated } = await session.run("SELECT * FROM range(10)");

    expect(rows).toHaveLength(10);
    expect(truncated).toBe(false);
  });

  test("hands out no row that goes beyond the allowed characters, and says so", async () => {
    const session = await openSession({}, { characters: 100 });
    const row = ["abcdefghij", { a: "abcdefghij" }];

    const { rows, truncated } = await session.run(
      `SELECT '${row[0] as string}', MAP {'a': '${row[0] as string}'} FROM range(5)`,
    );

    expect(rows).toEqual([row, row, row, row]);
    expect(truncated).toBe(true);
  });

  test("answers queries that are asked at once", async () => {
    const session = await openSession();

    const answers = await Promise.all([1, 2, 3].map((number) => rowsOf(session, `SELECT ${number}`)));

    expect(answers).toEqual([[[1]], [[2]], [[3]]]);
  });
});

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { settings } from "../../../pipeline/settings";
import { runCommandFile, type CommandRun } from "../cli/run-command";

const directory = mkdtempSync(join(tmpdir(), "start-test-"));
const recordsPerMinute = settings.generator.recordsPerSecond * settings.generator.runSeconds;

afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

const start = (...args: readonly string[]) => runCommandFile("local/start.ts", args);

describe("npm start", () => {
  let run: CommandRun;

  beforeAll(async () => {
    run = await start("--minutes", "2", "--warehouse", directory);
  });

  test("says first what it is going to do", () => {
    expect(run.exitCode).toBe(0);
    expect(run.stdout).toMatch(/^Replaying 2 min of firehosetos3demo: 20,000 records/);
  });

  test("tells of its progress in plain lines where there is no terminal", () => {
    expect(run.stdout).toContain("\n1/2 min  10,000 records\n2/2 min  20,000 records\n");
  });

  test("sums up what became of the records and where the table lies", () => {
    expect(run.stdout).toMatch(/Records sent +20,000 +2 invocations/);
    expect(run.stdout).toMatch(/Rows delivered +20,000/);
    expect(run.stdout).toMatch(/Rows failed +0/);
    expect(run.stdout).toMatch(/Snapshots +1\nData files +1 +\d\.\d\d MiB/);
    expect(run.stdout).toMatch(/Simulated +\d+ min \d+ s +in \d+\.\d s, [\d,]+ times as fast/);
    expect(run.stdout).toContain("s3tablescatalog");
  });

  test("answers the four queries", () => {
    for (const text of ["│ sensor_id ", "│ average_temperature ", "│ reading_time ", "│ total_readings "])
      expect(run.stdout).toContain(text);
  });

  test("keeps the function's own log out of it, in a file", () => {
    const log = readFileSync(join(directory, "logs", "firehosetos3demo-data-generator.log"), "utf8");

    expect(run.stdout + run.stderr).not.toContain("START RequestId");
    expect(log.match(/^START RequestId/gm)).toHaveLength(2);
    expect(log).toContain('"message":"run ended"');
  });
});

describe("interrupted", () => {
  const interrupted = join(directory, "interrupted");
  const temporary = join(directory, "temporary");

  test("leaves no temporary file behind, and with --keep the next run goes on from there", async () => {
    mkdirSync(temporary);
    const { exitCode } = await runCommandFile(
      "local/start.ts",
      ["--minutes", "60", "--warehouse", interrupted],
      {
        environment: { TMPDIR: temporary },
        onOutput: (stdout, child) => {
          if (stdout.includes("6/60 min")) child.kill("SIGINT");
        },
      },
    );

    expect(exitCode).toBe(130);
    expect(readdirSync(temporary).filter((name) => name.startsWith("s3tables-firehose"))).toEqual([]);
    const next = await start("--minutes", "1", "--warehouse", interrupted, "--keep", "--json");
    expect(next.exitCode).toBe(0);
    const { records, rows } = JSON.parse(next.stdout) as { records: unknown; rows: number };
    expect(records).toEqual({
      sent: recordsPerMinute,
      delivered: recordsPerMinute,
      failed: {},
      unaccounted: 0,
    });
    // Every acknowledged batch of the first run is there as well.
    expect(rows).toBeGreaterThanOrEqual(7 * recordsPerMinute);
    expect(rows % settings.generator.recordsPerSecond).toBe(0);
  });
});

describe("with --json", () => {
  test("stdout is one JSON document, and the rest is on stderr", async () => {
    const { exitCode, stdout, stderr } = await start(
      ...["--json", "--minutes", "1", "--stack-name", "json-test", "--warehouse", directory],
      ...["--faults", "malformed=0.01", "--seed", "7"],
    );

    const summary = JSON.parse(stdout) as Record<string, unknown>;
    expect(exitCode).toBe(0);
    expect(stderr).toContain("Replaying 1 min of json-test");
    expect(summary).toMatchObject({
      records: { sent: recordsPerMinute, unaccounted: 0 },
      invocations: 1,
      location: join(directory, "s3tablescatalog", "json-test", "json_test", "json_test"),
      queries: [
        { name: "all-sensor-data" },
        { name: "average-temperature-by-location" },
        { name: "recent-high-temperature-alerts" },
        { name: "sensor-activity-summary" },
      ],
    });
  });
});

describe("fails", () => {
  test("with exit code 1 when invocations failed, after it has told the rest", async () => {
    const { exitCode, stdout, stderr } = await start(
      ...["--minutes", "1", "--stack-name", "failing", "--warehouse", directory, "--faults", "throttle=1"],
    );

    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/Records sent +0/);
    expect(stderr).toContain("1 of 1 invocations failed.");
  });

  const cases: readonly [what: string, args: readonly string[], message: string][] = [
    ["no minutes", ["--minutes", "0"], "whole number from 1 to 10,080"],
    ["more than a week", ["--minutes", "10081"], "whole number from 1 to 10,080"],
    ["half a minute", ["--minutes", "0.5"], "whole number"],
    ["a bad stack name", ["--stack-name", "My_Stack"], "lowercase letters, digits and hyphens"],
    ["a seed that does not fit", ["--seed", "4294967296"], "whole number from 0 to 4,294,967,295"],
    ["a rate above one", ["--faults", "throttle=2"], '"throttle=2" has no rate from 0 to 1'],
    ["an unknown fault", ["--faults", "fire=0.1"], '"fire=0.1" names no fault'],
    ["an unknown option", ["--minuts", "5"], "--minutes"],
    ["an argument", ["now"], "too many arguments"],
  ];
  let runs: readonly CommandRun[];

  beforeAll(async () => {
    runs = await Promise.all(cases.map(([, args]) => start(...args)));
  });

  test.each(cases.map(([what, , message], index) => ({ what, message, index })))(
    "with exit code 2 for $what",
    ({ message, index }) => {
      expect(runs[index]).toMatchObject({
        exitCode: 2,
        stdout: "",
        stderr: expect.stringContaining(message),
      });
    },
  );

  test("with help on request it does not", async () => {
    const { exitCode, stdout } = await start("--help");

    expect(exitCode).toBe(0);
    for (const option of [
      "--minutes",
      "--warehouse",
      "--seed",
      "--stack-name",
      "--faults",
      "--keep",
      "--json",
    ])
      expect(stdout).toContain(option);
  });
});

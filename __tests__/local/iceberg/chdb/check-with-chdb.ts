import { deepStrictEqual } from "node:assert/strict";
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { maintain } from "../../../../local/iceberg/maintenance";
import { ParquetWriter } from "../../../../local/iceberg/parquet-writer";
import type { Snapshot } from "../../../../local/iceberg/snapshot";
import { sqlString } from "../../../../local/iceberg/sql-text";
import { IcebergTable } from "../../../../local/iceberg/table";
import { sensorReadingColumns, type SensorReading } from "../../../../pipeline/sensor-reading";
import { installChdb, type Chdb } from "./install-chdb";

// Reads a table of ours with ClickHouse, whose Iceberg, Avro and Parquet readers share no code with the writer.
// Run by `npm run test:chdb`. Where chDB cannot be installed it says so and exits with 0, or with 1 when given --require.

const batches = 20;
const batchRows = 500;
const hourMs = 60 * 60 * 1000;
const startMs = Date.UTC(2026, 0, 1);

function readings(from: number, count: number): SensorReading[] {
  return Array.from({ length: count }, (_, index) => {
    const number = from + index;
    return {
      sensor_id: `sensor-${number % 7}`,
      timestamp: 1_767_225_600 + number,
      location: ["Praha – Žižkov", 'O\'Hare "T1"', "東京 😀", "", "a\\b\tc"][number % 5]!,
      temperature: 20 + (number % 100) / 8,
      humidity: 40 + (number % 13) / 4,
      pressure: 1013.25 - number / 1024,
    };
  });
}

interface Checked {
  readonly table: IcebergTable;
  readonly rows: readonly SensorReading[];
  /** A snapshot from before compaction, and the rows that it holds. */
  readonly earlier: { readonly snapshot: Snapshot; readonly rows: readonly SensorReading[] };
  readonly extras: number;
}

/** A table with everything that ours may have: many manifests, merged ones, compacted files, an added column. */
async function makeTable(directory: string): Promise<Checked> {
  let time = startMs;
  const io = { now: () => time };
  const location = join(directory, "warehouse", "readings");
  const table = await IcebergTable.openOrCreate(location, sensorReadingColumns, io);
  const writer = await ParquetWriter.open();
  const input = join(directory, "input.ndjson");
  const append = async (to: IcebergTable, values: readonly object[]) => {
    writeFileSync(input, values.map((value) => `${JSON.stringify(value)}\n`).join(""));
    time += hourMs;
    return to.append([await writer.write(input, to)]);
  };
  const rows = readings(0, batches * batchRows);
  const snapshots: Snapshot[] = [];
  for (let batch = 0; batch < batches; batch++) {
    snapshots.push(await append(table, rows.slice(batch * batchRows, (batch + 1) * batchRows)));
  }
  await maintain(table, writer, { maximumSnapshotAgeMs: 16 * hourMs });
  const battery = { name: "battery", type: "double", required: false, meaning: "Charge in percent" } as const;
  const evolved = await IcebergTable.openOrCreate(location, [...sensorReadingColumns, battery], io);
  const last = readings(rows.length, 10);
  await append(
    evolved,
    last.map((reading) => ({ ...reading, battery: 87.5 })),
  );
  writer.close();
  const middle = 14;
  return {
    table: evolved,
    rows: [...rows, ...last],
    earlier: { snapshot: snapshots[middle]!, rows: rows.slice(0, (middle + 1) * batchRows) },
    extras: last.length,
  };
}

type Check = readonly [title: string, actual: () => unknown, expected: unknown];

function checks({ table, rows, earlier, extras }: Checked, chdb: Chdb): Check[] {
  const source = `icebergLocal(${sqlString(table.location)})`;
  const select = (sql: string, settings = "") => {
    const all = `output_format_json_quote_64bit_integers = 0${settings}`;
    const text = chdb.query(`${sql} SETTINGS ${all}`, "JSONCompactEachRow");
    return text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as unknown[]);
  };
  const one =
    (expression: string, where = "1") =>
    () =>
      select(`SELECT ${expression} FROM ${source} WHERE ${where}`)[0]![0];
  const asOf = `, iceberg_snapshot_id = ${earlier.snapshot.snapshotId}`;
  const names = sensorReadingColumns.map(({ name }) => name);
  const sum = (pick: (row: SensorReading) => number) => rows.reduce((total, row) => total + pick(row), 0);
  const where = (keep: (row: SensorReading) => boolean) => rows.filter(keep).length;
  return [
    ["count() of the manifests", one("count()"), rows.length],
    // count() repeats what manifests say; only a scan can prove it.
    ...names.map((name): Check => [`count(${name}) of a scan`, one(`count(${name})`), rows.length]),
    ["count(battery), a column added later", one("count(battery)"), extras],
    [
      "every row",
      () => select(`SELECT ${names.join(", ")} FROM ${source} ORDER BY timestamp`),
      rows.map((row) => Object.values(row)),
    ],
    ["sum(timestamp)", one("sum(timestamp)"), sum(({ timestamp }) => timestamp)],
    // Multiples of a power of two: exact in any order of summing.
    ["sum(temperature)", one("sum(temperature)"), sum(({ temperature }) => temperature)],
    ["min(pressure)", one("min(pressure)"), rows.at(-1)!.pressure],
    ["uniqExact(location)", one("uniqExact(location)"), 5],
    [
      "a text that is there",
      one("count(pressure)", `location = '東京 😀'`),
      where((row) => row.location === "東京 😀"),
    ],
    ["a text that is not there", one("count(pressure)", "location = 'zzz'"), 0],
    ["an empty text", one("count(pressure)", "location = ''"), where((row) => row.location === "")],
    [
      "a range that lies in few files",
      one("count(pressure)", `timestamp >= ${rows[9_900]!.timestamp}`),
      rows.length - 9_900,
    ],
    ["a range outside every bound", one("count(pressure)", "timestamp < 0"), 0],
    ["a predicate on the added column", one("count(pressure)", "battery > 50"), extras],
    ["rows without the added column", one("count(pressure)", "battery IS NULL"), rows.length - extras],
    [
      "an earlier snapshot",
      () => select(`SELECT count(sensor_id), sum(timestamp) FROM ${source}`, asOf),
      [[earlier.rows.length, earlier.rows.reduce((total, { timestamp }) => total + timestamp, 0)]],
    ],
  ];
}

async function main(): Promise<number> {
  const chdb = installChdb();
  if ("missing" in chdb) {
    const required = process.argv.includes("--require");
    console.log(`${required ? "FAILED" : "SKIPPED"}: ${chdb.missing}.`);
    return required ? 1 : 0;
  }
  const directory = realpathSync(mkdtempSync(join(tmpdir(), "iceberg-chdb-")));
  try {
    const checked = await makeTable(directory);
    // ClickHouse reads no file outside the working directory.
    process.chdir(directory);
    console.log(`ClickHouse ${chdb.query("SELECT version()", "TSV").trim()} reads a table of ours:`);
    let failed = 0;
    const all = checks(checked, chdb);
    for (const [title, actual, expected] of all) {
      try {
        deepStrictEqual(actual(), expected);
        console.log(`  ok      ${title}`);
      } catch (error) {
        failed++;
        console.log(`  FAILED  ${title}: ${(error as Error).message.slice(0, 500)}`);
      }
    }
    console.log(`${all.length - failed} passed, ${failed} failed`);
    return failed === 0 ? 0 : 1;
  } finally {
    process.chdir(tmpdir());
    rmSync(directory, { recursive: true, force: true });
  }
}

void main().then((code) => {
  process.exitCode = code;
});

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { randomUUID } from "node:crypto";
import { dirname, join } from "node:path";
import { asyncBufferFromFile, parquetMetadataAsync } from "hyparquet";
import { encodeReading } from "../../../pipeline/encode-reading";
import { sensorReadingColumns } from "../../../pipeline/sensor-reading";
import { settings } from "../../../pipeline/settings";
import { DeliveryStream } from "../../../local/firehose/delivery-stream";
import { parseFaults } from "../../../local/firehose/faults";
import { VirtualClock } from "../../../local/clock/virtual-clock";
import { firstInstant } from "../../../local/replay";
import type { Warehouse } from "../../../local/warehouse";
import { fingerprint, firstRow, names, newWarehouse, removeWarehouses, replayInto } from "./replay-fixture";

afterAll(removeWarehouses);

const recordsPerMinute = settings.generator.recordsPerSecond * settings.generator.runSeconds;

/** Rows of all data files by their own footers: no manifest is read. */
async function rowsInFooters({ tableLocation }: Warehouse): Promise<number> {
  const folder = join(tableLocation, "data");
  const counts = readdirSync(folder).map(async (file) => {
    const { num_rows: rows } = await parquetMetadataAsync(await asyncBufferFromFile(join(folder, file)));
    return Number(rows);
  });
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}

function errorObjects({ errorBucket }: Warehouse): string[] {
  return readdirSync(errorBucket, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

describe("a replay of five minutes", () => {
  const store = newWarehouse();
  let log = "";
  const minutes: [number, number][] = [];
  let summary: Awaited<ReturnType<typeof replayInto>>;

  beforeAll(async () => {
    summary = await replayInto(store, {
      minutes: 5,
      log: (text) => (log += text),
      onMinute: (minute, records) => minutes.push([minute, records]),
    });
  });

  test("delivers every record, and finds each in the table", async () => {
    const records = 5 * recordsPerMinute;

    expect(summary.records).toEqual({ sent: records, delivered: records, failed: {}, unaccounted: 0 });
    expect(summary).toMatchObject({ rows: records, invocations: 5, invocationErrors: [] });
    expect(await rowsInFooters(store)).toBe(records);
  });

  test("commits once when a buffer is full and once when its interval is over", async () => {
    expect(summary.table).toMatchObject({ snapshots: 2, dataFiles: 2 });
    const { bufferingIntervalSeconds } = settings.deliveryStream;
    const sql = `SELECT max(to_unixtime(committed_at)) FROM "${names.table}$snapshots"`;
    const [lastCommit] = await firstRow(store, sql);
    // The first buffer is full within minute 4; the second is delivered when its own interval is over.
    expect(Number(lastCommit) - firstInstant / 1000).toBeGreaterThan(3 * 60 + bufferingIntervalSeconds);
    expect(summary.simulatedMs).toBeGreaterThanOrEqual(Number(lastCommit) * 1000 - firstInstant);
  });

  test("lets each invocation last exactly 50 virtual seconds", () => {
    const durations = [...log.matchAll(/Duration: ([\d.]+) ms\tBilled/g)].map(([, duration]) => duration);

    expect(durations).toEqual(Array.from({ length: 5 }, () => "50000.00"));
  });

  test("spreads the readings evenly over those seconds, from the first instant on", async () => {
    const sql = `SELECT count(*), min(n), max(n), min("timestamp"), max("timestamp")
                 FROM (SELECT "timestamp", count(*) AS n FROM ${names.table} GROUP BY "timestamp")`;
    const { recordsPerSecond, runSeconds } = settings.generator;
    const first = firstInstant / 1000;

    expect(await firstRow(store, sql)).toEqual([
      5 * runSeconds,
      recordsPerSecond,
      recordsPerSecond,
      first,
      first + 4 * 60 + runSeconds - 1,
    ]);
  });

  test("tells of each minute when it is over", () => {
    expect(minutes).toEqual([1, 2, 3, 4, 5].map((minute) => [minute, minute * recordsPerMinute]));
  });
});

describe("the rows", () => {
  test("are the same for the same seed, and others for another", async () => {
    const first = newWarehouse();
    const second = newWarehouse();
    const other = newWarehouse();
    await replayInto(first, { minutes: 1 });
    await replayInto(second, { minutes: 1 });
    await replayInto(other, { minutes: 1, seed: 2 });

    const rows = await firstRow(first, fingerprint);

    expect(await firstRow(second, fingerprint)).toEqual(rows);
    expect(await firstRow(other, fingerprint)).not.toEqual(rows);
  });

  test("replace those of an earlier run", async () => {
    const store = newWarehouse();
    await replayInto(store);

    const { records, rows } = await replayInto(store, { minutes: 1 });

    expect({ records: records.delivered, rows }).toEqual({
      records: recordsPerMinute,
      rows: recordsPerMinute,
    });
  });

  test("are added to those of an earlier run with keep, later in time", async () => {
    const store = newWarehouse();
    await replayInto(store, { minutes: 1 });

    const { records, rows } = await replayInto(store, { minutes: 1, keep: true });

    expect(records).toMatchObject({ sent: recordsPerMinute, delivered: recordsPerMinute, unaccounted: 0 });
    expect(rows).toBe(2 * recordsPerMinute);
    const sql = `SELECT count(DISTINCT "timestamp"), count(*) FROM ${names.table}`;
    expect(await firstRow(store, sql)).toEqual([2 * settings.generator.runSeconds, rows]);
  });

  test("with keep come first where there is no table yet", async () => {
    const { rows } = await replayInto(newWarehouse(), { minutes: 1, keep: true });

    expect(rows).toBe(recordsPerMinute);
  });

  test("of a run that was cut off are delivered with keep, and not counted as this run's", async () => {
    const store = newWarehouse();
    mkdirSync(store.root, { recursive: true });
    const stream = DeliveryStream.open({
      names,
      settings: settings.deliveryStream,
      columns: sensorReadingColumns,
      directory: store.streamDirectory,
      errorBucket: store.errorBucket,
      destination: {
        hasDelivery: () => Promise.resolve(false),
        deliver: () => Promise.reject(new Error("cut off")),
      },
      clock: new VirtualClock(firstInstant),
      ids: randomUUID,
    });
    const reading = {
      sensor_id: "left",
      timestamp: 1,
      location: "",
      temperature: 0.5,
      humidity: 0.5,
      pressure: 0.5,
    };
    stream.putRecords(
      [encodeReading(reading), encodeReading(reading), "not JSON"].map((text) => Buffer.from(text)),
    );
    await stream.close();

    const { records, rows } = await replayInto(store, { minutes: 1, keep: true });

    expect(records).toEqual({
      sent: recordsPerMinute,
      delivered: recordsPerMinute,
      failed: {},
      unaccounted: 0,
    });
    expect(rows).toBe(recordsPerMinute + 2);
    expect(errorObjects(store)).toHaveLength(1);
  });
});

describe("with faults", () => {
  test("every record is in the table or among the failed ones", async () => {
    const store = newWarehouse();

    const { records, invocationErrors } = await replayInto(store, {
      minutes: 5,
      faults: parseFaults("throttle=0.1,partial=0.02,malformed=0.01,commit=0.5"),
    });

    const failed = Object.values(records.failed).reduce((sum, count) => sum + count, 0);
    expect(invocationErrors).toEqual([]);
    expect(records.sent).toBe(5 * recordsPerMinute);
    expect(records.unaccounted).toBe(0);
    expect(failed).toBeGreaterThan(0);
    expect(await rowsInFooters(store)).toBe(records.sent - failed);
    const lines = errorObjects(store).flatMap((path) => readFileSync(path, "utf8").trimEnd().split("\n"));
    expect(lines).toHaveLength(failed);
  });

  test("a commit that never succeeds sends all records to the error bucket", async () => {
    const { records, table } = await replayInto(newWarehouse(), {
      minutes: 1,
      faults: parseFaults("commit=1"),
    });

    expect(records).toMatchObject({ sent: recordsPerMinute, delivered: 0, unaccounted: 0 });
    expect(Object.values(records.failed)).toEqual([recordsPerMinute]);
    expect(table.snapshots).toBe(0);
  });

  test("a stream that refuses every call makes the invocations fail", async () => {
    const { records, invocationErrors } = await replayInto(newWarehouse(), {
      minutes: 1,
      faults: parseFaults("throttle=1"),
    });

    expect(records).toEqual({ sent: 0, delivered: 0, failed: {}, unaccounted: 0 });
    expect(invocationErrors).toEqual([expect.objectContaining({ errorType: "UndeliveredRecordsError" })]);
  });
});

test("rejects a warehouse that another run is using, and leaves it alone", async () => {
  const store = newWarehouse();
  const first = replayInto(store, { minutes: 1 });

  await expect(replayInto(store, { minutes: 1 })).rejects.toThrow("--warehouse");

  expect((await first).records).toMatchObject({ delivered: recordsPerMinute, unaccounted: 0 });
  await expect(replayInto(store, { minutes: 1 })).resolves.toMatchObject({ rows: recordsPerMinute });
});

test("records are counted where they lie, not by what the pipeline says of itself", async () => {
  const store = newWarehouse();
  const forged = join(store.errorBucket, "errors", "iceberg-failed", "2026", "01", "01", "00", "forged");

  const { records } = await replayInto(store, {
    minutes: 1,
    onMinute: () => {
      mkdirSync(dirname(forged), { recursive: true });
      writeFileSync(forged, '{"errorCode":"Forged","rawData":""}\n{"errorCode":"Forged","rawData":""}\n');
    },
  });

  expect(records).toMatchObject({ failed: { Forged: 2 }, unaccounted: -2 });
});

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { settings } from "../../../pipeline/settings";
import { ServiceUnavailableError } from "../../../local/firehose/delivery-stream";
import { parseFaults } from "../../../local/firehose/faults";
import type { MetricSink } from "../../../local/firehose/metric-sink";
import {
  errorKeys,
  failedRecords,
  numbers,
  openStream,
  readLines,
  record,
  records,
  removeTemporaryFolders,
} from "./stream-fixture";

const hint = settings.deliveryStream.bufferingSizeMib * 2 ** 20;
const interval = settings.deliveryStream.bufferingIntervalSeconds * 1000;

afterEach(removeTemporaryFolders);

describe("acknowledgement", () => {
  it("has the records on disk before it returns", () => {
    const { stream, directory } = openStream();

    stream.putRecords([record(1), record(2)]);

    const rows = readdirSync(directory).find((name) => /^[^.]+\.ndjson$/.test(name));
    expect(numbers(readLines(join(directory, rows!)))).toEqual([1, 2]);
  });

  it("gives each record an id of its own, across calls and restarts", () => {
    const { stream, reopen } = openStream();
    const prefixes = [
      stream.putRecords(records(1)).recordIdPrefix,
      stream.putRecords(records(1)).recordIdPrefix,
      reopen().putRecords(records(1)).recordIdPrefix,
    ];
    expect(new Set(prefixes).size).toBe(3);
  });

  it("takes any bytes, and stores one line for each record that becomes a row", async () => {
    const { stream, destination, errorBucket } = openStream();

    stream.putRecords([
      Buffer.from('{\r\n"timestamp":1}\n\n'),
      Buffer.from([0xff, 0x0a, 0x00]),
      Buffer.alloc(0),
      Buffer.from('\t{"timestamp":2}'),
    ]);
    await stream.flush();

    expect(destination.lines).toEqual(['{  "timestamp":1}', '{"timestamp":2}']);
    expect(failedRecords(errorBucket).sort()).toEqual(["", "\xff\n\0"]);
  });
});

describe("buffering by size", () => {
  it("flushes at the hint and not a byte earlier", async () => {
    const { stream, destination } = openStream();

    stream.putRecords(Array.from({ length: 5 }, (_, n) => record(n, hint / 5 - (n === 4 ? 1 : 0))));
    await stream.settled();
    expect(destination.deliveries.size).toBe(0);
    stream.putRecords([Buffer.from(" ")]);
    await stream.settled();

    expect(numbers(destination.lines)).toEqual([0, 1, 2, 3, 4]);
  });

  it("counts refused records as well", async () => {
    const { stream, errorBucket } = openStream();

    stream.putRecords([Buffer.alloc(hint, "x")]);
    await stream.settled();

    expect(errorKeys(errorBucket)).toHaveLength(1);
  });

  it("keeps a call's records together", async () => {
    const { stream, destination } = openStream();

    stream.putRecords([record(1, hint - 100), record(2, 200), record(3)]);
    await stream.settled();

    expect(numbers(destination.lines)).toEqual([1, 2, 3]);
  });
});

describe("buffering by interval", () => {
  it("flushes when it has passed since the buffer's first record and not a millisecond earlier", async () => {
    const { stream, clock, destination } = openStream();
    clock.advance(123_456);

    stream.putRecords([record(1)]);
    clock.advance(interval - 1);
    stream.putRecords([record(2)]);
    await stream.settled();
    expect(destination.deliveries.size).toBe(0);
    clock.advance(1);
    await stream.settled();

    expect(numbers(destination.lines)).toEqual([1, 2]);
  });

  it("begins anew with the next buffer", async () => {
    const { stream, clock, destination } = openStream();

    stream.putRecords([record(1, hint)]);
    clock.advance(interval / 2);
    stream.putRecords([record(2)]);
    clock.advance(interval - 1);
    await stream.settled();
    expect(numbers(destination.lines)).toEqual([1]);
    clock.advance(1);
    await stream.settled();

    expect(numbers(destination.lines)).toEqual([1, 2]);
  });

  it("does nothing while no record comes", async () => {
    const { stream, clock, destination } = openStream();
    clock.advance(10 * interval);
    await stream.settled();
    expect([destination.attempts, clock.pendingTimers]).toEqual([0, 0]);
  });

  it("takes an interval of 0 as: at once, and together what came during a delivery", async () => {
    const { stream, clock, destination } = openStream({
      settings: { ...settings.deliveryStream, bufferingIntervalSeconds: 0 },
    });

    stream.putRecords([record(1)]);
    clock.advance(0);
    for (let n = 2; n < 10; n++) {
      stream.putRecords([record(n)]);
      clock.advance(0);
    }
    await stream.settled();

    expect([...destination.deliveries.values()].map(numbers)).toEqual([[1], [2, 3, 4, 5, 6, 7, 8, 9]]);
  });

  it("does not mind a clock that is set back", async () => {
    const freshness: number[] = [];
    const metrics: MetricSink = {
      record: (_, name, __, value) => {
        if (name === "DeliveryToIceberg.DataFreshness") freshness.push(value);
      },
    };
    const { stream, clock, destination } = openStream({ metrics });

    stream.putRecords([record(1)]);
    clock.advance(interval / 2);
    clock.stepBack(3_600_000);
    stream.putRecords([record(2)]);
    clock.advance(interval / 2);
    await stream.settled();

    expect(numbers(destination.lines)).toEqual([1, 2]);
    expect(freshness).toEqual([0]);
  });
});

describe("delivery", () => {
  it("makes each flush one delivery and leaves nothing behind", async () => {
    const { stream, destination, directory } = openStream();

    stream.putRecords(records(3));
    await stream.flush();
    stream.putRecords(records(2, 3));
    await stream.flush();
    await stream.flush();

    expect([...destination.deliveries.values()].map(numbers)).toEqual([
      [0, 1, 2],
      [3, 4],
    ]);
    expect(readdirSync(directory)).toEqual([]);
    expect(stream.counts).toEqual({ acknowledged: 5, delivered: 5, failed: 0, deliveries: 2 });
  });

  it("takes records for the next buffer meanwhile", async () => {
    const { stream, destination } = openStream();

    stream.putRecords([record(1, hint)]);
    const isBusy = stream.isBusy;
    stream.putRecords([record(2)]);
    await stream.settled();

    expect(isBusy).toBe(true);
    expect([...destination.deliveries.values()].map(numbers)).toEqual([[1]]);
    await stream.flush();
    expect([...destination.deliveries.values()].map(numbers)).toEqual([[1], [2]]);
  });

  it("forgets no buffer that fills at the very moment when the one before is delivered", async () => {
    for (let microtasks = 0; microtasks < 30; microtasks++) {
      const { stream, destination } = openStream({
        settings: { ...settings.deliveryStream, bufferingSizeMib: 1e-6 },
      });

      stream.putRecords([record(1)]);
      for (let n = 0; n < microtasks; n++) await Promise.resolve();
      stream.putRecords([record(2)]);
      await stream.flush();

      expect(numbers(destination.lines)).toEqual([1, 2]);
    }
  });

  it("rejects calls when too much waits, and takes them again later", async () => {
    const { stream, clock, destination } = openStream({ mostWaitingMib: 10 });
    destination.script.push("fail");

    stream.putRecords([record(1, hint)]);
    stream.putRecords([record(2, hint)]);
    expect(() => stream.putRecords([record(3)])).toThrow(ServiceUnavailableError);
    await stream.settled();
    clock.advance(1_000);
    await stream.settled();
    stream.putRecords([record(4)]);
    await stream.flush();

    expect(numbers(destination.lines)).toEqual([1, 2, 4]);
  });
});

describe("what is buffered", () => {
  it("counts what is acknowledged and not delivered, and says when it is due", async () => {
    const { stream, clock, destination } = openStream();
    const nothing = { records: 0, bytes: 0, dueMs: undefined, waitingBuffers: 0 };
    destination.script.push("fail");
    expect(stream.buffered).toEqual(nothing);

    stream.putRecords([record(1, hint), Buffer.from("refused")]);
    await stream.settled();
    clock.advance(500);
    stream.putRecords([record(2, 100)]);

    expect(stream.buffered).toEqual({
      records: 3,
      bytes: hint + 7 + 100,
      dueMs: clock.now() + interval,
      waitingBuffers: 1,
    });
    clock.advance(500);
    await stream.flush();
    expect(stream.buffered).toEqual(nothing);
  });
});

describe("closing", () => {
  it("keeps what is buffered for the next open, and takes no more", async () => {
    const { stream, destination, clock, reopen } = openStream();

    stream.putRecords([record(1)]);
    await stream.close();

    expect(() => stream.putRecords([record(2)])).toThrow(ServiceUnavailableError);
    expect([destination.attempts, clock.pendingTimers]).toEqual([0, 0]);
    await reopen().flush();
    expect(numbers(destination.lines)).toEqual([1]);
  });

  it("gives up waiting for a retry, and the next open retries", async () => {
    const { stream, destination, clock, reopen, errorBucket } = openStream();
    destination.script.push("fail");

    stream.putRecords([record(1, hint)]);
    await stream.settled();
    await stream.close();
    expect(clock.pendingTimers).toBe(0);
    await reopen().flush();

    expect([numbers(destination.lines), existsSync(errorBucket)]).toEqual([[1], false]);
  });
});

describe("metrics", () => {
  it("are those of Firehose, at the stream's time", async () => {
    const points: Record<string, number[]> = {};
    const metrics: MetricSink = {
      record: (namespace, name, dimensions, value, timestampMs) => {
        (points[`${namespace} ${name} ${JSON.stringify(dimensions)}`] ??= []).push(value, timestampMs);
      },
    };
    const { stream, clock } = openStream({ metrics });
    const start = clock.now();

    stream.putRecords([record(1), record(2), Buffer.from("bad")]);
    clock.advance(interval);
    await stream.settled();

    const dimension = '{"DeliveryStreamName":"firehosetos3demo"}';
    const bytes = record(1).length + record(2).length + 3;
    expect(points).toEqual({
      [`AWS/Firehose IncomingPutRequests ${dimension}`]: [1, start],
      [`AWS/Firehose IncomingRecords ${dimension}`]: [3, start],
      [`AWS/Firehose IncomingBytes ${dimension}`]: [bytes, start],
      [`AWS/Firehose DeliveryToIceberg.IncomingRowCount ${dimension}`]: [3, start + interval],
      [`AWS/Firehose DeliveryToIceberg.SuccessfulRowCount ${dimension}`]: [2, start + interval],
      [`AWS/Firehose DeliveryToIceberg.FailedRowCount ${dimension}`]: [1, start + interval],
      [`AWS/Firehose DeliveryToIceberg.Bytes ${dimension}`]: [1000, start + interval],
      [`AWS/Firehose DeliveryToIceberg.DataFreshness ${dimension}`]: [interval / 1000, start + interval],
      [`AWS/Firehose DeliveryToIceberg.Success ${dimension}`]: [1, start + interval],
    });
  });

  it("count what was throttled", () => {
    const throttled: number[] = [];
    const metrics: MetricSink = {
      record: (_, name, __, value) => {
        if (name === "ThrottledRecords") throttled.push(value);
      },
    };
    const { stream } = openStream({ metrics, faults: parseFaults("partial=1") });

    stream.putRecords(records(3));

    expect(throttled).toEqual([3]);
  });
});

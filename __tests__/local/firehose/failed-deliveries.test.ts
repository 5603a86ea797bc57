import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { settings } from "../../../pipeline/settings";
import { parseFaults } from "../../../local/firehose/faults";
import {
  errorKeys,
  errorLines,
  failedRecords,
  numbers,
  openStream,
  record,
  records,
  removeTemporaryFolders,
} from "./stream-fixture";

const hint = settings.deliveryStream.bufferingSizeMib * 2 ** 20;

afterEach(removeTemporaryFolders);

describe("failed commits", () => {
  it("are tried again after 1, 2, 4 ... seconds", async () => {
    const retried: unknown[] = [];
    const { stream, clock, destination } = openStream({ onRetry: (error) => retried.push(error) });
    destination.script.push("fail", "fail", "fail");

    stream.putRecords([record(1, hint)]);
    const attempts: number[] = [];
    for (const seconds of [0, 1, 2, 4]) {
      clock.advance(seconds * 1000);
      await stream.settled();
      attempts.push(destination.attempts);
    }

    expect(attempts).toEqual([1, 2, 3, 4]);
    expect(retried.map(String)).toEqual(Array(3).fill("Error: the catalog is away"));
    expect(numbers(destination.lines)).toEqual([1]);
  });

  it("are not repeated when they succeeded after all", async () => {
    const { stream, clock, destination } = openStream();
    destination.script.push("fail after the fact");

    stream.putRecords([record(1, hint)]);
    await stream.settled();
    clock.advance(1_000);
    await stream.flush();

    expect([destination.attempts, numbers(destination.lines)]).toEqual([1, [1]]);
  });

  it("send the rows to the error bucket after the retry duration, with the refused records", async () => {
    const { stream, clock, destination, errorBucket, directory } = openStream({
      faults: parseFaults("commit=1"),
    });
    const start = clock.now();

    stream.putRecords([record(1), Buffer.from("refused")]);
    clock.advance(1);
    stream.putRecords([record(2, hint)]);
    while (errorKeys(errorBucket).length === 0) {
      await stream.settled();
      clock.advance(1_000);
    }

    const { retryDurationSeconds } = settings.deliveryStream;
    const [refused, first, second] = errorLines(errorBucket);
    expect(destination.deliveries.size).toBe(0);
    expect(refused).toMatchObject({ attemptsMade: 1, errorCode: "Iceberg.InvalidJson" });
    expect(first).toMatchObject({ errorCode: "Iceberg.CommitFailed", arrivalTimestamp: start });
    expect(second).toMatchObject({ errorCode: "Iceberg.CommitFailed", arrivalTimestamp: start + 1 });
    expect(first!.attemptsMade).toBeGreaterThan(10);
    expect(first!.attemptEndingTimestamp - start).toBeGreaterThan((retryDurationSeconds - 31) * 1000);
    expect(first!.attemptEndingTimestamp - start).toBeLessThanOrEqual(retryDurationSeconds * 1000);
    expect(Buffer.from(first!.rawData, "base64").toString()).toBe(record(1).toString().trimEnd());
    expect(readdirSync(directory)).toEqual([]);
    expect(stream.counts).toMatchObject({ acknowledged: 3, delivered: 0, failed: 3 });
  });

  it("do not give rows up while nobody can say whether they are in the table", async () => {
    const { stream, clock, destination, errorBucket } = openStream({
      settings: { ...settings.deliveryStream, retryDurationSeconds: 0 },
    });
    destination.script.push("fail after the fact", "cannot say");

    stream.putRecords([record(1, hint)]);
    await stream.settled();
    expect(stream.counts.deliveries).toBe(0);
    clock.advance(1_000);
    await stream.flush();

    expect([numbers(destination.lines), errorKeys(errorBucket)]).toEqual([[1], []]);
  });
});

describe("the error bucket", () => {
  it("gets one object for each flush with failures, under Firehose's key", async () => {
    const { stream, clock, errorBucket } = openStream();

    stream.putRecords([record(1), Buffer.from("a"), Buffer.from("b")]);
    clock.advance(90_000);
    await stream.flush();
    stream.putRecords([record(2)]);
    await stream.flush();

    const uuid = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}";
    expect(errorKeys(errorBucket)).toEqual([
      expect.stringMatching(
        `^errors/iceberg-failed/2026/01/01/12/firehosetos3demo-1-2026-01-01-12-00-00-${uuid}$`,
      ),
    ]);
    expect(failedRecords(errorBucket)).toEqual(["a", "b"]);
  });

  it("is tried again until it can be written, and the table is not written twice", async () => {
    const retried: unknown[] = [];
    const { stream, clock, destination, errorBucket, directory } = openStream({
      onRetry: (error) => retried.push(error),
    });
    writeFileSync(errorBucket, "in the way");

    stream.putRecords([record(1), Buffer.from("refused")]);
    const flushed = stream.flush();
    await stream.settled();
    expect(stream.counts.deliveries).toBe(0);
    rmSync(errorBucket);
    mkdirSync(errorBucket);
    clock.advance(30_000);
    await flushed;

    expect([numbers(destination.lines), failedRecords(errorBucket)]).toEqual([[1], ["refused"]]);
    expect([destination.attempts, retried.length]).toEqual([1, 1]);
    expect(readdirSync(directory)).toEqual([]);
  });
});

describe("faults on demand", () => {
  it("throttle: rejects whole calls", () => {
    const { stream } = openStream({ faults: parseFaults("throttle=1") });
    expect(() => stream.putRecords(records(1))).toThrow("Slow down.");
    expect(stream.counts.acknowledged).toBe(0);
  });

  it("partial: rejects some records and stores the others", async () => {
    const { stream, destination } = openStream({ faults: parseFaults("partial=0.5", 7) });

    const { failures } = stream.putRecords(records(100));
    await stream.flush();

    const stored = Array.from({ length: 100 }, (_, n) => n).filter((n) => !failures.has(n));
    expect(failures.size).toBeGreaterThan(20);
    expect(stored.length).toBeGreaterThan(20);
    expect(numbers(destination.lines)).toEqual(stored);
    expect(failures.values().next().value).toEqual({
      errorCode: "ServiceUnavailableException",
      errorMessage: "Slow down.",
    });
  });

  it("partial: may reject every record of a call", () => {
    const { stream, directory } = openStream({ faults: parseFaults("partial=1") });
    expect(stream.putRecords(records(3)).failures.size).toBe(3);
    expect(readdirSync(directory)).toEqual([]);
  });

  it("malformed: cuts records in half, which then fail", async () => {
    const { stream, errorBucket } = openStream({ faults: parseFaults("malformed=1") });

    stream.putRecords([record(1)]);
    await stream.flush();

    const text = record(1).toString();
    expect(failedRecords(errorBucket)).toEqual([text.slice(0, text.length / 2)]);
  });
});

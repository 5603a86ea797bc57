import { cpSync, existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { settings } from "../../../pipeline/settings";
import fs from "node:fs";
import type { AppendFileSystem } from "../../../local/firehose/buffer-file";
import { ServiceUnavailableError } from "../../../local/firehose/delivery-stream";
import { parseFaults } from "../../../local/firehose/faults";
import {
  errorKeys,
  failedRecords,
  numbers,
  openStream,
  record,
  records,
  removeTemporaryFolders,
  temporaryFolder,
} from "./stream-fixture";

afterEach(removeTemporaryFolders);

/** A stream directory as a killed process leaves it: nothing was closed or sealed. */
function killedWith(put: Buffer[][]) {
  const fixture = openStream();
  for (const call of put) fixture.stream.putRecords(call);
  return fixture;
}

describe("after a process was killed", () => {
  it("delivers what was acknowledged, once", async () => {
    const { destination, errorBucket, reopen, directory } = killedWith([
      records(3),
      [record(3), Buffer.from("refused")],
    ]);

    await reopen().flush();
    await reopen().flush();

    expect(numbers(destination.lines)).toEqual([0, 1, 2, 3]);
    expect(failedRecords(errorBucket)).toEqual(["refused"]);
    expect(readdirSync(directory)).toEqual([]);
  });

  it("delivers it at once, without waiting for the interval, and before what comes now", async () => {
    const { destination, reopen } = killedWith([records(2)]);

    const stream = reopen();
    stream.putRecords([record(2)]);
    await stream.settled();
    expect(numbers(destination.lines)).toEqual([0, 1]);
    await stream.flush();

    expect(numbers(destination.lines)).toEqual([0, 1, 2]);
  });

  it("delivers nothing twice when only the removal of the buffer was missed", async () => {
    const { stream, destination, errorBucket, reopen, directory } = killedWith([
      [record(1), Buffer.from("r")],
    ]);
    const asKilled = join(temporaryFolder(), "copy");
    cpSync(directory, asKilled, { recursive: true });
    await stream.flush();

    const again = reopen({ directory: asKilled });
    await again.flush();

    expect(numbers(destination.lines)).toEqual([1]);
    expect(failedRecords(errorBucket)).toEqual(["r"]);
    expect(again.counts).toMatchObject({ delivered: 1, failed: 1 });
    expect(readdirSync(asKilled)).toEqual([]);
  });

  it("completes a delivery that was killed between the commit and the error object", async () => {
    const { stream, destination, errorBucket, reopen, directory } = killedWith([
      [record(1), Buffer.from("r")],
    ]);
    const asKilled = join(temporaryFolder(), "copy");
    cpSync(directory, asKilled, { recursive: true });
    await stream.flush();
    rmSync(errorBucket, { recursive: true });

    await reopen({ directory: asKilled }).flush();

    expect(numbers(destination.lines)).toEqual([1]);
    expect(failedRecords(errorBucket)).toEqual(["r"]);
  });

  it("does not deliver rows to the table that it gave up before", async () => {
    const fixture = openStream({
      faults: parseFaults("commit=1"),
      settings: { ...settings.deliveryStream, retryDurationSeconds: 0 },
    });
    const { stream, destination, errorBucket, reopen, directory } = fixture;
    stream.putRecords([record(1)]);
    const asKilled = join(temporaryFolder(), "copy");
    cpSync(directory, asKilled, { recursive: true });
    await stream.flush();
    expect(errorKeys(errorBucket)).toHaveLength(1);

    const again = reopen({ directory: asKilled, faults: parseFaults("") });
    await again.flush();

    expect(destination.lines).toEqual([]);
    expect(errorKeys(errorBucket)).toHaveLength(1);
    expect(again.counts).toMatchObject({ delivered: 0, failed: 1 });
  });

  it("forgets a buffer of which nothing was acknowledged", async () => {
    const { destination, reopen, directory } = openStream();
    for (const extension of [".ndjson", ".refused.ndjson", ".journal"])
      fs.writeFileSync(
        join(directory, `0b6e8f3a${extension}`),
        extension === ".ndjson" ? '{"timestamp":1}\n' : "",
      );

    await reopen().flush();

    expect([destination.attempts, readdirSync(directory)]).toEqual([0, []]);
  });
});

describe("a full disk", () => {
  it("rejects the call, acknowledges nothing of it, and takes the next one when there is room", async () => {
    let isFull = false;
    const disk = {
      ...fs,
      writeSync: (...args: Parameters<typeof fs.writeSync>) => {
        if (isFull)
          throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
        return fs.writeSync(...args);
      },
    } as unknown as AppendFileSystem;
    const { stream, destination, errorBucket } = openStream({ fileSystem: disk });

    stream.putRecords([record(1)]);
    isFull = true;
    expect(() => stream.putRecords([record(2), Buffer.from("refused")])).toThrow(ServiceUnavailableError);
    expect(() => stream.putRecords([record(3)])).toThrow("ENOSPC");
    isFull = false;
    stream.putRecords([record(4)]);
    await stream.flush();

    expect(numbers(destination.lines)).toEqual([1, 4]);
    expect(existsSync(errorBucket)).toBe(false);
    expect(stream.counts.acknowledged).toBe(2);
  });

  it("rejects calls while no buffer can be made", () => {
    const disk: AppendFileSystem = {
      ...fs,
      openSync: () => {
        throw new Error("ENOSPC: no space left on device, open");
      },
    };
    const { stream, clock } = openStream({ fileSystem: disk });
    expect(() => stream.putRecords([record(1)])).toThrow(ServiceUnavailableError);
    expect(clock.pendingTimers).toBe(0);
  });
});

import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { FailedRecords, failedRecordLine } from "../../../local/firehose/failed-records";
import { refusals } from "../../../local/firehose/record-cases";
import { removeTemporaryFolders, temporaryFolder } from "./stream-fixture";

const delivery = {
  id: "0b6e8f3a-0000-4000-8000-000000000001",
  firstArrival: Date.UTC(2026, 2, 4, 5, 6, 7, 890),
};

afterEach(removeTemporaryFolders);

function bucket() {
  const folder = temporaryFolder();
  return { folder, failed: new FailedRecords(join(folder, "bucket"), "stream", folder) };
}

async function* lines(...all: string[]): AsyncGenerator<string> {
  yield* all;
  await Promise.resolve();
}

describe("a failed record's line", () => {
  it("has the fields that Firehose writes", () => {
    const line = failedRecordLine({
      rawData: Buffer.from([0xff, 0x0a]),
      reason: refusals.notUtf8,
      attemptsMade: 3,
      arrivalTimestamp: 1_000,
      attemptEndingTimestamp: 2_000,
    });
    expect(line.endsWith("}\n")).toBe(true);
    expect(JSON.parse(line)).toEqual({
      attemptsMade: 3,
      arrivalTimestamp: 1_000,
      errorCode: "Iceberg.InvalidJson",
      errorMessage: "The record is not valid UTF-8",
      attemptEndingTimestamp: 2_000,
      rawData: "/wo=",
    });
  });

  it("takes the bytes of a view, not of the memory behind it", () => {
    const rawData = Buffer.from("abcdef").subarray(2, 4);
    const times = { attemptsMade: 1, arrivalTimestamp: 0, attemptEndingTimestamp: 0 };
    const line = failedRecordLine({ rawData, reason: refusals.notJson, ...times });
    expect(line).toContain(`"rawData":"${Buffer.from("cd").toString("base64")}"`);
  });
});

describe("the error bucket", () => {
  it("names an object by the stream and the UTC time of its oldest record", () => {
    const { failed } = bucket();
    expect(failed.key(delivery)).toBe(
      "errors/iceberg-failed/2026/03/04/05/stream-1-2026-03-04-05-06-07-0b6e8f3a-0000-4000-8000-000000000001",
    );
  });

  it("shows an object when it is whole", async () => {
    const { failed, folder } = bucket();
    expect(failed.has(delivery)).toBe(false);
    await failed.put(delivery, lines("a\n", "b\n"));
    expect(failed.has(delivery)).toBe(true);
    expect(readFileSync(join(folder, "bucket", failed.key(delivery)), "utf8")).toBe("a\nb\n");
    expect(readdirSync(folder)).toEqual(["bucket"]);
  });

  it("shows nothing of an object whose writing fails, and writes it another time", async () => {
    const { failed, folder } = bucket();
    async function* broken(): AsyncGenerator<string> {
      yield "a\n";
      await Promise.resolve();
      throw new Error("the disk is gone");
    }
    await expect(failed.put(delivery, broken())).rejects.toThrow("the disk is gone");
    expect([failed.has(delivery), existsSync(join(folder, "bucket"))]).toEqual([false, false]);
    await failed.put(delivery, lines("b\n"));
    expect(readFileSync(join(folder, "bucket", failed.key(delivery)), "utf8")).toBe("b\n");
    rmSync(folder, { recursive: true });
  });
});

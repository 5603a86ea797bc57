import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { failedRecordLine } from "../../../local/firehose/failed-records";
import { refusals } from "../../../local/firehose/record-cases";
import { recentFailures } from "../../../local/page/recent-failures";

let bucket: string;

beforeEach(() => {
  bucket = mkdtempSync(join(tmpdir(), "failures-test-"));
});

afterEach(() => {
  rmSync(bucket, { recursive: true, force: true });
});

const line = (rawData: Uint8Array | string) =>
  failedRecordLine({
    rawData: Buffer.from(rawData),
    reason: refusals.notJson,
    attemptsMade: 1,
    arrivalTimestamp: 1,
    attemptEndingTimestamp: 2,
  });

function writeObject(key: string, text: string): void {
  const path = join(bucket, "errors", "iceberg-failed", key);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

const texts = async () => (await recentFailures(bucket)).records.map(({ text }) => text);

it("has nothing where no record has failed", async () => {
  expect(await recentFailures(bucket)).toEqual({ more: false, records: [] });
});

it("begins with the newest object, across hours, days and years", async () => {
  for (const hour of ["2025/12/31/23", "2026/01/01/00", "2026/01/01/09", "2026/10/02/00"])
    writeObject(`${hour}/stream-1-object`, line(hour));
  writeObject("2026/10/02/00/stream-1-object-later", line("later"));
  expect(await texts()).toEqual([
    "later",
    "2026/10/02/00",
    "2026/01/01/09",
    "2026/01/01/00",
    "2025/12/31/23",
  ]);
});

it("shows fifty, and says when there are more", async () => {
  writeObject("2026/01/01/00/exactly", line("x").repeat(50));
  expect(await recentFailures(bucket)).toMatchObject({ more: false });
  writeObject("2026/01/01/01/one-more", line("y"));
  const { more, records } = await recentFailures(bucket);
  expect([more, records.length, records[0]?.text]).toEqual([true, 50, "y"]);
});

it("reads no more of a large object than it shows", async () => {
  writeObject("2026/01/01/00/large", line("first") + line(Buffer.alloc(2_000_000, "x")) + line("unreached"));
  expect(await texts()).toEqual(["first"]);
});

it("does not split a character where it cuts a record off", async () => {
  writeObject("2026/01/01/00/object", line(`a${"é".repeat(2_000)}`));
  const { records } = await recentFailures(bucket);
  expect(records[0]).toMatchObject({ isText: true, text: `a${"é".repeat(999)}`, bytes: 4_001 });
});

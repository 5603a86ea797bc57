import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { failedRecordLine } from "../../../local/firehose/failed-records";
import { refusals } from "../../../local/firehose/record-cases";
import { recentFailures } from "../../../local/page/recent-failures";
import { putRecordBatchLimits } from "../../../pipeline/firehose-limits";

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

it("leaves out an object that is gone when its turn comes", async () => {
  writeObject("2026/01/01/00/there", line("there"));
  // A link to nowhere is listed, and cannot be opened for the same reason.
  symlinkSync("nowhere", join(bucket, "errors", "iceberg-failed", "2026/01/01/00/vanished"));
  expect(await texts()).toEqual(["there"]);
});

it("shows fifty, and says when there are more", async () => {
  writeObject("2026/01/01/00/exactly", line("x").repeat(50));
  expect(await recentFailures(bucket)).toMatchObject({ more: false });
  writeObject("2026/01/01/01/one-more", line("y"));
  const { more, records } = await recentFailures(bucket);
  expect([more, records.length, records[0]?.text]).toEqual([true, 50, "y"]);
});

it("shows the last fifty of an object, the last one first", async () => {
  const lines = Array.from({ length: 120 }, (_, index) => line(`bad ${index}`));
  writeObject("2026/01/01/00/object", lines.join(""));
  const { more, records } = await recentFailures(bucket);
  expect(more).toBe(true);
  expect(records.map(({ text }) => text)).toEqual(
    Array.from({ length: 50 }, (_, index) => `bad ${119 - index}`),
  );
});

it("shows large records too, with their size, and what lies behind them", async () => {
  const large = Buffer.alloc(putRecordBatchLimits.recordBytes, "x");
  writeObject("2026/01/01/00/older", line("oldest"));
  writeObject("2026/01/01/01/newer", line("first") + line(large) + line(large) + line("last"));
  const { more, records } = await recentFailures(bucket);
  expect(more).toBe(false);
  expect(records.map(({ text, bytes }) => [text.slice(0, 6), text.length, bytes])).toEqual([
    ["last", 4, 4],
    ["xxxxxx", 2_000, large.length],
    ["xxxxxx", 2_000, large.length],
    ["first", 5, 5],
    ["oldest", 6, 6],
  ]);
});

it("says when there is more than it reads, and leaves nothing out in between", async () => {
  const large = Buffer.alloc(putRecordBatchLimits.recordBytes, "x");
  writeObject("2026/01/01/00/older", line("not shown"));
  writeObject("2026/01/01/01/newer", line("not read") + line(large).repeat(7) + line("last"));
  const { more, records } = await recentFailures(bucket);
  expect(more).toBe(true);
  expect(records.map(({ text }) => text[0])).toEqual(["l", "x", "x", "x", "x", "x", "x"]);
});

it.each(["no JSON", "null", "{}"])("stops before a line that is no failed record: %s", async (text) => {
  writeObject("2026/01/01/00/object", `${line("before")}${text}\n${line("after")}`);
  const { more, records } = await recentFailures(bucket);
  expect([more, records.map((record) => record.text)]).toEqual([true, ["after"]]);
});

it("does not split a character where it cuts a record off", async () => {
  writeObject("2026/01/01/00/object", line(`a${"é".repeat(2_000)}`));
  const { records } = await recentFailures(bucket);
  expect(records[0]).toMatchObject({ isText: true, text: `a${"é".repeat(999)}`, bytes: 4_001 });
});

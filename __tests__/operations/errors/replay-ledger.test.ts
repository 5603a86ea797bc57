import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type { RecordPlace } from "../../../operations/errors/read-records";
import { mostLedgerBytes, ReplayLedger } from "../../../operations/errors/replay-ledger";

let directory: string;
let file: string;
const open: ReplayLedger[] = [];

const place = (line: number, key = "errors/one"): RecordPlace => ({
  object: { key, bytes: 1, hour: "" },
  line,
});
const record = (line: number) => ({ place: place(line), payload: Buffer.from(`record ${line}`) });
const states = (ledger: ReplayLedger, ...lines: number[]) => lines.map((line) => ledger.stateOf(place(line)));

function openLedger(): ReplayLedger {
  const ledger = ReplayLedger.open(file);
  open.push(ledger);
  return ledger;
}

/** Opens it as the next process would. */
function reopen(): ReplayLedger {
  for (const ledger of open.splice(0)) ledger.close();
  return openLedger();
}

beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), "ledger-"));
  file = path.join(directory, "deep", "ledger.jsonl");
});

afterEach(() => {
  for (const ledger of open.splice(0)) ledger.close();
  fs.rmSync(directory, { recursive: true });
});

it("remembers what was sent, refused and dropped", () => {
  const ledger = openLedger();
  ledger.end(ledger.begin([record(1), record(2), record(3)], 1000), [1]);
  ledger.drop([place(9)]);

  for (const each of [ledger, reopen()]) {
    expect(states(each, 1, 2, 3, 9, 10)).toEqual(["sent", undefined, "sent", "dropped", undefined]);
    expect(each.replayedAt(Buffer.from("record 1"))).toBe(1000);
    expect(each.replayedAt(Buffer.from("record 2"))).toBeUndefined();
  }
});

it("holds a call without an answer in doubt, until it is settled", () => {
  openLedger().begin([record(1), record(2)], 1000);

  const after = reopen();
  expect(states(after, 1, 2)).toEqual(["in doubt", "in doubt"]);
  after.end(after.begin([record(1)], 2000), []);
  expect(states(reopen(), 1, 2)).toEqual(["sent", "in doubt"]);
  expect(open[0]?.assumeSent()).toBe(1);
  expect(states(reopen(), 1, 2)).toEqual(["sent", "sent"]);
});

it("takes no notice of a last line that a crash tore, at whatever byte", () => {
  const ledger = openLedger();
  ledger.end(ledger.begin([record(1)], 1000), []);
  const whole = fs.readFileSync(file);
  ledger.begin([record(2)], 1000);
  const longer = fs.readFileSync(file);

  for (let length = whole.length; length < longer.length; length += 1) {
    for (const each of open.splice(0)) each.close();
    fs.writeFileSync(file, longer.subarray(0, length));
    const torn = openLedger();
    expect(states(torn, 1, 2)).toEqual(["sent", undefined]);
    torn.end(torn.begin([record(2)], 2000), []);
    expect(states(reopen(), 1, 2)).toEqual(["sent", "sent"]);
  }
});

it("rejects a ledger that is damaged before its end", () => {
  openLedger().drop([place(1)]);
  for (const ledger of open.splice(0)) ledger.close();
  fs.writeFileSync(file, `{"begin"\n${fs.readFileSync(file, "utf8")}`);

  expect(openLedger).toThrow(/line 1 is damaged/);
});

it("rejects a second replay with the same ledger, and takes over from one that died", () => {
  openLedger();
  expect(openLedger).toThrow(/is replaying with the same ledger/);

  for (const ledger of open.splice(0)) ledger.close();
  const noSuchProcess = 2 ** 22 + 1;
  fs.writeFileSync(`${file}.lock`, String(noSuchProcess));
  expect(openLedger).not.toThrow();
});

it("rejects a ledger that is too large to be kept in memory", () => {
  openLedger();
  fs.truncateSync(file, mostLedgerBytes + 1);

  expect(reopen).toThrow(/ledger\.jsonl has 268435457 bytes, and a ledger of at most 268435456/);
});

import type { Append } from "./buffer-file";
import { failedRecordLine } from "./failed-records";
import type { RecordRules } from "./record-rules";

const initialBytes = 256 * 1024;
const newline = 0x0a;
const carriageReturn = 0x0d;
const space = 0x20;

/** The records of one put call, judged and laid out as they go to disk. One instance serves call after call. */
export class StagedRecords {
  private bytes = Buffer.allocUnsafe(initialBytes);
  private length = 0;
  private rowCount = 0;
  private incomingBytes = 0;
  private refused: string[] = [];

  constructor(
    private readonly rules: RecordRules,
    private readonly now: () => number,
  ) {}

  clear(): void {
    this.length = 0;
    this.rowCount = 0;
    this.incomingBytes = 0;
    this.refused = [];
  }

  /** An accepted record becomes a line: its object without the whitespace around it, in one line. */
  add(record: Buffer, arrival: number): void {
    this.incomingBytes += record.length;
    const reason = this.rules.check(record);
    if (reason) {
      const attemptEndingTimestamp = this.now();
      this.refused.push(
        failedRecordLine({
          rawData: record,
          reason,
          attemptsMade: 1,
          arrivalTimestamp: arrival,
          attemptEndingTimestamp,
        }),
      );
      return;
    }
    this.reserve(record.length + 1);
    const start = this.length;
    this.length += record.copy(this.bytes, start, this.rules.objectStart, this.rules.objectEnd);
    if (this.rules.hasLineBreak) joinLines(this.bytes.subarray(start, this.length));
    this.bytes[this.length++] = newline;
    this.rowCount++;
  }

  /** What was added since `clear`; valid until the next call. */
  append(arrival: number): Append {
    return {
      rows: this.bytes.subarray(0, this.length),
      rowCount: this.rowCount,
      refused: Buffer.from(this.refused.join("")),
      refusedCount: this.refused.length,
      incomingBytes: this.incomingBytes,
      arrival,
    };
  }

  private reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(2 * (this.length + more));
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
  }
}

/** Line breaks in valid JSON are whitespace between tokens: inside a string they would have been refused. */
function joinLines(object: Buffer): void {
  for (let index = 0; index < object.length; index++)
    if (object[index] === newline || object[index] === carriageReturn) object[index] = space;
}

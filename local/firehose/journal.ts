import fs from "node:fs";
import { crc32 } from "node:zlib";

/** Running totals of a buffer after one append: what an entry of its journal says. */
export interface Totals {
  /** Bytes in the two files. */
  readonly rowsLength: number;
  readonly refusedLength: number;
  readonly rowCount: number;
  readonly refusedCount: number;
  /** Bytes of the records as they came. */
  readonly incomingBytes: number;
  /** When the append's records came, milliseconds since the epoch. */
  readonly arrival: number;
}

export const noTotals: Totals = {
  rowsLength: 0,
  refusedLength: 0,
  rowCount: 0,
  refusedCount: 0,
  incomingBytes: 0,
  arrival: 0,
};

/** One append, as the journal has it: the totals, and checksums of what this append put into the two files. */
export interface Entry extends Totals {
  readonly rowsCrc: number;
  readonly refusedCrc: number;
}

/** Six doubles, then the CRC-32 of the rows, of the refused lines and of the entry up to here. */
export const entryLength = 60;
const checkedLength = 56;

export function encodeEntry(entry: Entry): Buffer {
  const bytes = Buffer.allocUnsafe(entryLength);
  let offset = bytes.writeDoubleLE(entry.rowsLength);
  offset = bytes.writeDoubleLE(entry.refusedLength, offset);
  offset = bytes.writeDoubleLE(entry.rowCount, offset);
  offset = bytes.writeDoubleLE(entry.refusedCount, offset);
  offset = bytes.writeDoubleLE(entry.incomingBytes, offset);
  offset = bytes.writeDoubleLE(entry.arrival, offset);
  offset = bytes.writeUInt32LE(entry.rowsCrc, offset);
  offset = bytes.writeUInt32LE(entry.refusedCrc, offset);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, checkedLength)), offset);
  return bytes;
}

/** The entries of a journal up to the first that is torn. */
export function* readEntries(path: string): Generator<Entry> {
  const journal = fs.readFileSync(path);
  for (let start = 0; start + entryLength <= journal.length; start += entryLength) {
    const bytes = journal.subarray(start, start + entryLength);
    if (bytes.readUInt32LE(checkedLength) !== crc32(bytes.subarray(0, checkedLength))) return;
    yield {
      rowsLength: bytes.readDoubleLE(0),
      refusedLength: bytes.readDoubleLE(8),
      rowCount: bytes.readDoubleLE(16),
      refusedCount: bytes.readDoubleLE(24),
      incomingBytes: bytes.readDoubleLE(32),
      arrival: bytes.readDoubleLE(40),
      rowsCrc: bytes.readUInt32LE(48),
      refusedCrc: bytes.readUInt32LE(52),
    };
  }
}

/** The entries up to the first whose bytes are not in the two files as it says. */
export function* readConfirmedEntries(path: string, rowsPath: string, refusedPath: string): Generator<Entry> {
  // "a+" makes a file that a power cut took away: then nothing in it is confirmed.
  const rows = fs.openSync(rowsPath, "a+");
  const refused = fs.openSync(refusedPath, "a+");
  try {
    let last = noTotals;
    for (const entry of readEntries(path)) {
      if (checksum(rows, last.rowsLength, entry.rowsLength) !== entry.rowsCrc) return;
      if (checksum(refused, last.refusedLength, entry.refusedLength) !== entry.refusedCrc) return;
      yield entry;
      last = entry;
    }
  } finally {
    fs.closeSync(rows);
    fs.closeSync(refused);
  }
}

/** Checksum of the file's bytes in that range; undefined when it ends before. */
function checksum(file: number, start: number, end: number): number | undefined {
  const bytes = Buffer.alloc(end - start);
  const length = fs.readSync(file, bytes, 0, bytes.length, start);
  return length === bytes.length ? crc32(bytes) : undefined;
}

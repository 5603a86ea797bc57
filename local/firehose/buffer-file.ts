import fs from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { encodeEntry, entryLength, noTotals, readConfirmedEntries, readEntries } from "./journal";

/** The part of `node:fs` that appends; tests hand in a disk that is full. */
export type AppendFileSystem = Pick<typeof fs, "openSync" | "writeSync" | "closeSync">;

/** What one put call adds to a buffer. */
export interface Append {
  /** Accepted records, one JSON object a line. */
  readonly rows: Uint8Array;
  readonly rowCount: number;
  /** Refused records, as the lines of an error object. */
  readonly refused: Uint8Array;
  readonly refusedCount: number;
  /** Bytes of the records as they came. */
  readonly incomingBytes: number;
  /** Milliseconds since the epoch. */
  readonly arrival: number;
}

const extensions = {
  rows: ".ndjson",
  refused: ".refused.ndjson",
  journal: ".journal",
  /** An error object before it is whole: see `FailedRecords`. */
  errorObject: ".error-object",
};

/**
 * Acknowledged records on disk: the accepted ones as newline-delimited JSON, the refused ones as lines of an error
 * object, and a journal. An append counts from the moment its journal entry is whole. Whatever lies behind the last
 * whole entry was never acknowledged: the next append overwrites it, and sealing or recovery cuts it off.
 */
export class BufferFile {
  /** Newline-delimited JSON; once sealed, nothing but acknowledged records. */
  readonly rowsPath: string;
  readonly refusedPath: string;
  private readonly journalPath: string;
  private readonly errorObjectPath: string;
  private files: { readonly rows: number; readonly refused: number; readonly journal: number } | undefined;
  private totals = noTotals;
  private entries = 0;
  private arrivalOfFirst = 0;

  private constructor(
    directory: string,
    readonly id: string,
    /** Whether an earlier process wrote it, and may have delivered it. */
    readonly isRecovered: boolean,
    private readonly fileSystem: AppendFileSystem,
  ) {
    this.rowsPath = join(directory, id + extensions.rows);
    this.refusedPath = join(directory, id + extensions.refused);
    this.journalPath = join(directory, id + extensions.journal);
    this.errorObjectPath = join(directory, id + extensions.errorObject);
  }

  /** @param id a UUID that names no other buffer, ever */
  static create(directory: string, id: string, fileSystem: AppendFileSystem = fs): BufferFile {
    const buffer = new BufferFile(directory, id, false, fileSystem);
    const opened: number[] = [];
    const open = (path: string) => {
      const file = fileSystem.openSync(path, "wx");
      opened.push(file);
      return file;
    };
    try {
      const rows = open(buffer.rowsPath);
      const refused = open(buffer.refusedPath);
      buffer.files = { rows, refused, journal: open(buffer.journalPath) };
    } catch (error) {
      for (const file of opened) fileSystem.closeSync(file);
      throw error;
    }
    return buffer;
  }

  /**
   * The buffers that an earlier process left in a folder, oldest first, with what it acknowledged and nothing else.
   * Sweeps away the remains of buffers that were delivered, or of which nothing was acknowledged.
   */
  static recover(directory: string): BufferFile[] {
    const idsWith = (extension: string) =>
      fs
        .readdirSync(directory)
        .filter((name) => name.endsWith(extension))
        .map((name) => name.slice(0, -extension.length));
    const ids = new Set(idsWith(extensions.journal));
    for (const extension of [extensions.refused, extensions.rows, extensions.errorObject])
      for (const id of idsWith(extension)) {
        const isOrphan = !ids.has(id) && !id.includes(".");
        if (isOrphan) fs.rmSync(join(directory, id + extension), { force: true });
      }
    return Array.from(ids, (id) => BufferFile.reopen(directory, id)).sort(
      (a, b) => a.firstArrival - b.firstArrival,
    );
  }

  private static reopen(directory: string, id: string): BufferFile {
    const buffer = new BufferFile(directory, id, true, fs);
    for (const entry of readConfirmedEntries(buffer.journalPath, buffer.rowsPath, buffer.refusedPath)) {
      if (buffer.entries++ === 0) buffer.arrivalOfFirst = entry.arrival;
      buffer.totals = entry;
    }
    buffer.cutOffUnacknowledged();
    return buffer;
  }

  get isEmpty(): boolean {
    return this.entries === 0;
  }
  get rowCount(): number {
    return this.totals.rowCount;
  }
  get refusedCount(): number {
    return this.totals.refusedCount;
  }
  /** Bytes of all its records as they came. */
  get incomingBytes(): number {
    return this.totals.incomingBytes;
  }
  /** When its oldest record came, milliseconds since the epoch; 0 when it is empty. */
  get firstArrival(): number {
    return this.arrivalOfFirst;
  }

  /**
   * Returns when the records would survive the end of this process. After an error nothing was added.
   *
   * @throws the file system's error, ENOSPC among them
   */
  append({ rows, rowCount, refused, refusedCount, incomingBytes, arrival }: Append): void {
    if (!this.files) throw new Error(`buffer ${this.id} is sealed`);
    const { totals } = this;
    const next = {
      rowsLength: totals.rowsLength + rows.length,
      refusedLength: totals.refusedLength + refused.length,
      rowCount: totals.rowCount + rowCount,
      refusedCount: totals.refusedCount + refusedCount,
      incomingBytes: totals.incomingBytes + incomingBytes,
      arrival,
    };
    this.write(this.files.rows, rows, totals.rowsLength);
    this.write(this.files.refused, refused, totals.refusedLength);
    const entry = encodeEntry({ ...next, rowsCrc: crc32(rows), refusedCrc: crc32(refused) });
    this.write(this.files.journal, entry, this.entries * entryLength);
    if (this.entries++ === 0) this.arrivalOfFirst = arrival;
    this.totals = next;
  }

  /** At a position of our own, so that what a failed write left behind is overwritten. */
  private write(file: number, bytes: Uint8Array, position: number): void {
    for (let done = 0; done < bytes.length;)
      done += this.fileSystem.writeSync(file, bytes, done, bytes.length - done, position + done);
  }

  /** Ends appending and leaves nothing in the files that was not acknowledged. */
  seal(): void {
    this.close();
    this.cutOffUnacknowledged();
  }

  /** Lets go of the files; they stay on disk. */
  close(): void {
    if (!this.files) return;
    for (const file of Object.values(this.files)) this.fileSystem.closeSync(file);
    this.files = undefined;
  }

  private cutOffUnacknowledged(): void {
    fs.truncateSync(this.rowsPath, this.totals.rowsLength);
    fs.truncateSync(this.refusedPath, this.totals.refusedLength);
  }

  /** Each accepted record without its newline, and when it came, in order. */
  *rows(): Generator<{ readonly record: Buffer; readonly arrival: number }> {
    const file = fs.openSync(this.rowsPath, "r");
    try {
      let start = 0;
      for (const { rowsLength, arrival } of readEntries(this.journalPath)) {
        if (rowsLength > this.totals.rowsLength) return;
        const lines = Buffer.alloc(rowsLength - start);
        fs.readSync(file, lines, 0, lines.length, start);
        start = rowsLength;
        for (let from = 0, to; (to = lines.indexOf("\n", from)) >= 0; from = to + 1)
          yield { record: lines.subarray(from, to), arrival };
      }
    } finally {
      fs.closeSync(file);
    }
  }

  /** Removes the delivered buffer, the journal first: what is left without one is swept by `recover`. */
  remove(): void {
    this.close();
    fs.rmSync(this.journalPath, { force: true });
    fs.rmSync(this.rowsPath, { force: true });
    fs.rmSync(this.refusedPath, { force: true });
    // Begun by an attempt that was cut short, where a later one needed none.
    fs.rmSync(this.errorObjectPath, { force: true });
  }
}

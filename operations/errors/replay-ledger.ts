import { createHash, randomUUID } from "node:crypto";
import fs from "node:fs";
import { dirname } from "node:path";
import { UserError } from "../../local/cli/user-error";
import { LineSet } from "./line-set";
import type { RecordPlace } from "./read-records";

/** What the ledger knows of a failed record; undefined: never replayed. */
export type ReplayState = "sent" | "dropped" | "in doubt";

type Place = readonly [key: string, line: number];
/** Records in their order: lines of one object that follow each other stand together. */
type Places = readonly (readonly [key: string, lines: readonly number[]])[];

/** The ledger's lines, JSON each. */
type Entry =
  /** Written before a call: these records are about to be sent. Digests of what is sent, in their order. */
  | {
      readonly begin: string;
      readonly at: number;
      readonly records: Places;
      readonly digests: string;
    }
  /** Written after it: all were acknowledged but those at these indexes. */
  | { readonly end: string; readonly refused: readonly number[] }
  /** The repair left these records out on purpose. */
  | { readonly dropped: Places };

/** Bytes of a digest: so few that a number holds it, so many that two records seldom share one. */
const digestBytes = 6;

/** Of about fifteen million records; each takes some 16 bytes here and five times as many in memory. */
export const mostLedgerBytes = 256 * 2 ** 20;

function digest(payload: Uint8Array): Buffer {
  return createHash("sha256").update(payload).digest().subarray(0, digestBytes);
}

/** What a call is about to send. */
export interface LedgerRecord {
  readonly place: RecordPlace;
  readonly payload: Uint8Array;
}

/**
 * Which failed records were replayed, in an append-only file. Each call is written down, and forced to the disk, before
 * it is made and again when its answer is known. So after a crash, or when a connection breaks, the records of one
 * call may be **in doubt**: sent or not, nobody here can know, because Firehose offers no way to ask. They are never
 * sent again by themselves.
 */
export class ReplayLedger {
  readonly #sent = new Map<string, LineSet>();
  readonly #dropped = new Map<string, LineSet>();
  readonly #inDoubt = new Map<string, LineSet>();
  /** When a payload was sent last, milliseconds since the epoch, by its digest. */
  readonly #payloads = new Map<number, number>();
  readonly #open = new Map<string, Extract<Entry, { begin: string }>>();

  private constructor(
    readonly path: string,
    private readonly file: number,
    private readonly lockPath: string,
  ) {}

  /** @throws UserError when another replay has it open, or a line that is not the last is damaged */
  static open(path: string): ReplayLedger {
    fs.mkdirSync(dirname(path), { recursive: true });
    const lockPath = `${path}.lock`;
    takeLock(lockPath);
    const file = fs.openSync(path, "a+");
    const ledger = new ReplayLedger(path, file, lockPath);
    try {
      ledger.#load();
    } catch (error) {
      ledger.close();
      throw error;
    }
    return ledger;
  }

  close(): void {
    fs.closeSync(this.file);
    fs.rmSync(this.lockPath, { force: true });
  }

  stateOf({ object: { key }, line }: RecordPlace): ReplayState | undefined {
    if (this.#sent.get(key)?.has(line)) return "sent";
    if (this.#dropped.get(key)?.has(line)) return "dropped";
    return this.#inDoubt.get(key)?.has(line) ? "in doubt" : undefined;
  }

  /** When these bytes were replayed last, milliseconds since the epoch. */
  replayedAt(payload: Uint8Array): number | undefined {
    return this.#payloads.get(digest(payload).readUIntBE(0, digestBytes));
  }

  /** To be called before records are sent. @returns the call's id */
  begin(records: readonly LedgerRecord[], now: number): string {
    const entry = {
      begin: randomUUID(),
      at: now,
      records: toPlaces(records.map(({ place }) => place)),
      digests: Buffer.concat(records.map(({ payload }) => digest(payload))).toString("base64"),
    };
    this.#append(entry);
    return entry.begin;
  }

  /** To be called when Firehose has answered. @param refused indexes of the records that it did not take */
  end(id: string, refused: readonly number[]): void {
    this.#append({ end: id, refused });
  }

  /** Takes every record that is in doubt for sent. @returns how many calls that settles */
  assumeSent(): number {
    const calls = [...this.#open.keys()];
    for (const call of calls) this.end(call, []);
    return calls.length;
  }

  drop(places: readonly RecordPlace[]): void {
    this.#append({ dropped: toPlaces(places) });
  }

  #append(entry: Entry): void {
    fs.writeSync(this.file, `${JSON.stringify(entry)}\n`);
    fs.fsyncSync(this.file);
    this.#apply(entry);
  }

  #load(): void {
    const { size } = fs.fstatSync(this.file);
    if (size > mostLedgerBytes)
      throw new UserError(
        `${this.path} has ${size} bytes, and a ledger of at most ${mostLedgerBytes} can be kept in memory. ` +
          "Move settled objects away (--archive), then name a new file with --ledger.",
      );
    const text = fs.readFileSync(this.path, "utf8");
    const whole = text.slice(0, text.lastIndexOf("\n") + 1);
    // A line that a crash tore was never answered for: its call was not made, or is in doubt by its begin line.
    if (whole.length < text.length) fs.ftruncateSync(this.file, Buffer.byteLength(whole));
    for (const [index, line] of whole.split("\n").entries()) {
      if (line === "") continue;
      try {
        this.#apply(JSON.parse(line) as Entry);
      } catch (error) {
        throw new UserError(
          `${this.path}, line ${index + 1} is damaged. Restore the file from a backup: without it, records would be sent twice.`,
          { cause: error },
        );
      }
    }
    for (const { records } of this.#open.values()) {
      for (const place of each(records)) mark(this.#inDoubt, place);
    }
  }

  #apply(entry: Entry): void {
    if ("dropped" in entry) for (const place of each(entry.dropped)) mark(this.#dropped, place);
    else if ("begin" in entry) this.#open.set(entry.begin, entry);
    else {
      const begun = this.#open.get(entry.end);
      if (!begun) throw new Error("an answer without its call");
      this.#open.delete(entry.end);
      const refused = new Set(entry.refused);
      const digests = Buffer.from(begun.digests, "base64");
      for (const [index, place] of [...each(begun.records)].entries()) {
        if (refused.has(index)) continue;
        mark(this.#sent, place);
        this.#payloads.set(digests.readUIntBE(index * digestBytes, digestBytes), begun.at);
      }
    }
  }
}

function toPlaces(places: readonly RecordPlace[]): Places {
  const grouped: [key: string, lines: number[]][] = [];
  for (const { object, line } of places) {
    const last = grouped.at(-1);
    if (last?.[0] === object.key) last[1].push(line);
    else grouped.push([object.key, [line]]);
  }
  return grouped;
}

function* each(places: Places): Generator<Place> {
  for (const [key, lines] of places) for (const line of lines) yield [key, line];
}

function mark(sets: Map<string, LineSet>, [key, line]: Place): void {
  let set = sets.get(key);
  if (!set) sets.set(key, (set = new LineSet()));
  set.add(line);
}

/** Two replays at once would send everything twice. A lock whose process is gone is taken over. */
function takeLock(path: string): void {
  try {
    fs.writeFileSync(path, String(process.pid), { flag: "wx" });
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
    const owner = Number(fs.readFileSync(path, "utf8"));
    if (owner > 0 && isRunning(owner)) {
      throw new UserError(
        `Process ${owner} is replaying with the same ledger. Wait for it, or stop it. (${path})`,
        {
          cause: error,
        },
      );
    }
    fs.writeFileSync(path, String(process.pid));
  }
}

function codeOf(error: unknown): unknown {
  return typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It runs, and is somebody else's.
    return codeOf(error) === "EPERM";
  }
}

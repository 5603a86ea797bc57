import { putRecordBatchLimits } from "../../pipeline/firehose-limits";
import { UserError } from "../../local/cli/user-error";
import type { ErrorObject, ErrorObjects } from "./error-objects";
import type { FailedRecord } from "./failed-record";
import type { PutRecords } from "./put-records";
import { readRecords, type RecordFilter, type RecordPlace } from "./read-records";
import { assertSendable, type Repair } from "./repair";
import type { LedgerRecord, ReplayLedger } from "./replay-ledger";

/** What to do with records of a call whose answer never came. */
export type DoubtfulRecords = "hold" | "resend";

export interface ReplayOptions {
  readonly objects: ErrorObjects;
  readonly filter: RecordFilter;
  readonly ledger: ReplayLedger;
  readonly put: PutRecords;
  readonly repair: Repair;
  readonly inDoubt: DoubtfulRecords;
  /** Whether records that were replayed and failed again are sent once more. */
  readonly again: boolean;
  /** Reads and repairs; sends nothing, and writes nothing into the ledger. */
  readonly dryRun: boolean;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Whether to stop after the call that is under way. */
  readonly isStopped: () => boolean;
  readonly onProgress: (counts: ReplayCounts) => void;
}

/** What came of each record that was read: `read` is the sum of all others but `unreadable`. */
export interface ReplayCounts {
  read: number;
  /** Acknowledged by Firehose; in a dry run: to be sent. */
  sent: number;
  /** Settled by an earlier replay. */
  before: number;
  /** Replayed before, and in the error bucket once more. */
  failedAgain: number;
  /** Left out by the map. */
  dropped: number;
  /** The map threw, or made something that cannot be sent. */
  unrepaired: number;
  /** Firehose did not take them, however often they were sent. */
  refused: number;
  /** Sent without an answer, now or in an earlier run. */
  inDoubt: number;
  /** Read, and not sent because the replay was stopped. */
  left: number;
  /** Lines that hold no failed record. */
  unreadable: number;
}

export interface ReplayResult {
  readonly counts: ReplayCounts;
  /** Problems, the first of each kind. */
  readonly examples: readonly string[];
  /** What ended the replay early. */
  readonly failure?: UserError;
  /** Whether the user did. */
  readonly stopped: boolean;
  /** Objects of which every record is settled. */
  readonly settled: readonly ErrorObject[];
}

const attempts = 8;
const backoffMillis = { base: 200, cap: 10_000 } as const;
/** How far this machine's clock may be ahead of AWS's. */
const clockSkewMillis = 60_000;

/** Sends failed records again, each once, as far as can be known. */
export async function replay(options: ReplayOptions): Promise<ReplayResult> {
  return new Replay(options).run();
}

class Replay {
  readonly #counts: ReplayCounts = {
    read: 0,
    sent: 0,
    before: 0,
    failedAgain: 0,
    dropped: 0,
    unrepaired: 0,
    refused: 0,
    inDoubt: 0,
    left: 0,
    unreadable: 0,
  };
  readonly #examples = new Map<string, string>();
  readonly #unsettled = new Set<string>();
  readonly #objects: ErrorObject[] = [];
  #batch: LedgerRecord[] = [];
  #batchBytes = 0;
  #dropped: RecordPlace[] = [];
  #failure: UserError | undefined;

  constructor(private readonly options: ReplayOptions) {}

  async run(): Promise<ReplayResult> {
    const { objects, filter, isStopped } = this.options;
    let stopped = false;
    for await (const reading of readRecords(objects, filter)) {
      stopped = isStopped();
      if (this.#failure || stopped) break;
      if (reading.kind === "end of object") this.#objects.push(reading.object);
      else if (reading.kind === "record") await this.#take(reading.place, reading.record);
      else {
        this.#unsettled.add(reading.place.object.key);
        if (reading.kind === "unreadable") {
          this.#counts.unreadable += 1;
          this.#example("unreadable", reading.place, reading.reason);
        }
      }
    }
    await this.#flush();
    this.#writeDropped();
    return {
      counts: this.#counts,
      examples: [...this.#examples.values()],
      ...(this.#failure && { failure: this.#failure }),
      stopped: stopped || this.#counts.left > 0,
      settled: this.#objects.filter(({ key }) => !this.#unsettled.has(key)),
    };
  }

  async #take(place: RecordPlace, record: FailedRecord): Promise<void> {
    const { ledger, inDoubt, repair } = this.options;
    this.#counts.read += 1;
    const state = ledger.stateOf(place);
    if (state === "sent" || state === "dropped") {
      this.#counts.before += 1;
      return;
    }
    if (state === "in doubt" && inDoubt === "hold") {
      this.#leave("inDoubt", place);
      return;
    }
    if (state === undefined && !this.options.again && this.#hasFailedAgain(record)) {
      this.#leave("failedAgain", place);
      return;
    }
    let payload: Uint8Array | undefined;
    try {
      payload = await repair(record);
      if (payload) assertSendable(payload);
    } catch (error) {
      this.#leave("unrepaired", place);
      this.#example("not repaired", place, error instanceof Error ? error.message : String(error));
      return;
    }
    if (payload) await this.#add({ place, payload });
    else {
      this.#counts.dropped += 1;
      this.#dropped.push(place);
      if (this.#dropped.length >= putRecordBatchLimits.records) this.#writeDropped();
    }
  }

  /** Firehose received it after it was replayed. */
  #hasFailedAgain({ data, arrivalTimestamp }: FailedRecord): boolean {
    const replayedAt = this.options.ledger.replayedAt(data);
    return replayedAt !== undefined && (arrivalTimestamp ?? 0) > replayedAt - clockSkewMillis;
  }

  async #add(record: LedgerRecord): Promise<void> {
    const bytes = record.payload.length;
    if (this.#batchBytes + bytes > putRecordBatchLimits.bytes) await this.#flush();
    this.#batch.push(record);
    this.#batchBytes += bytes;
    if (this.#batch.length === putRecordBatchLimits.records) await this.#flush();
  }

  async #flush(): Promise<void> {
    let pending: readonly LedgerRecord[] = this.#batch;
    this.#batch = [];
    this.#batchBytes = 0;
    if (pending.length === 0) return;
    if (this.options.dryRun) {
      this.#counts.sent += pending.length;
      return;
    }
    for (let attempt = 1; pending.length > 0; attempt += 1) {
      if (this.#failure || this.options.isStopped()) {
        for (const { place } of pending) this.#leave("left", place);
        return;
      }
      pending = await this.#send(pending, attempt);
    }
    this.options.onProgress(this.#counts);
  }

  /** @returns what has to be sent again */
  async #send(records: readonly LedgerRecord[], attempt: number): Promise<readonly LedgerRecord[]> {
    const { ledger, put, now, sleep } = this.options;
    const all = [...records.keys()];
    const call = ledger.begin(records, now());
    const outcome = await put(records.map(({ payload }) => payload));
    if (outcome.kind === "in doubt") {
      // No end line: that is what makes them doubtful to the next run too.
      this.#fail(outcome.error, records, "inDoubt");
      return [];
    }
    const refused = outcome.kind === "answered" ? outcome.refused : all;
    ledger.end(call, refused);
    this.#counts.sent += records.length - refused.length;
    const rest = refused.flatMap((index) => records[index] ?? []);
    if (outcome.kind === "rejected") {
      this.#fail(outcome.error, rest, "left");
      return [];
    }
    if (rest.length === 0) return [];
    if (attempt === attempts) {
      for (const { place } of rest) this.#leave("refused", place);
      const reason =
        outcome.kind === "answered" ? (outcome.reason ?? "no reason given") : outcome.error.happened;
      const [first] = rest;
      if (first)
        this.#example("refused", first.place, `Firehose did not take it in ${attempts} attempts: ${reason}`);
      if (outcome.kind === "try again") this.#failure = outcome.error;
      return [];
    }
    await sleep(Math.min(backoffMillis.cap, backoffMillis.base * 2 ** (attempt - 1)));
    return rest;
  }

  #fail(error: UserError, records: readonly LedgerRecord[], as: "inDoubt" | "left"): void {
    this.#failure = error;
    for (const { place } of records) this.#leave(as, place);
  }

  #leave(as: "inDoubt" | "failedAgain" | "unrepaired" | "refused" | "left", { object }: RecordPlace): void {
    this.#counts[as] += 1;
    this.#unsettled.add(object.key);
  }

  #writeDropped(): void {
    if (this.#dropped.length > 0 && !this.options.dryRun) this.options.ledger.drop(this.#dropped);
    this.#dropped = [];
  }

  #example(kind: string, { object, line }: RecordPlace, reason: string): void {
    if (!this.#examples.has(kind))
      this.#examples.set(kind, `${kind}: ${object.key}, line ${line}: ${reason}`);
  }
}

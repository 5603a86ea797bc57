/** What became of a run's records. */
export interface RunCounts {
  /** Records that Firehose acknowledged. */
  readonly records: number;
  /** Batches of which every record was acknowledged. */
  readonly batches: number;
  /** Records that were sent again; a record counts once for each time. */
  readonly retried: number;
  /** Records that Firehose did not acknowledge before the run ended. */
  readonly undelivered: number;
  /** The undelivered records by reason: the last error, or why they were not sent. */
  readonly undeliveredReasons: Readonly<Record<string, number>>;
}

/** Why a record went unacknowledged when neither Firehose nor the network said so. */
export const ownReasons = {
  /** No answer within the time that one call may take. */
  callTimeout: "CallTimeout",
  /** The run had to end while the record was on its way, or before it was sent. */
  runEnded: "RunEnded",
  /** Larger than Firehose takes. */
  recordTooLarge: "RecordTooLarge",
} as const;

/** Counts what becomes of a run's records while it goes on. */
export class DeliveryTally {
  private records = 0;
  private batches = 0;
  private retried = 0;
  private readonly reasons = new Map<string, number>();

  acknowledge(records: number): void {
    this.records += records;
  }

  completeBatch(): void {
    this.batches += 1;
  }

  retry(records: number): void {
    this.retried += records;
  }

  giveUp(records: number, reason: string): void {
    if (records > 0) this.reasons.set(reason, (this.reasons.get(reason) ?? 0) + records);
  }

  /** @param planned the records of the whole run; those not heard of were never sent */
  counts(planned: number): RunCounts {
    const { records, batches, retried } = this;
    const undeliveredReasons = Object.fromEntries(this.reasons);
    const known = [...this.reasons.values()].reduce((sum, n) => sum + n, records);
    if (planned > known)
      undeliveredReasons[ownReasons.runEnded] =
        (undeliveredReasons[ownReasons.runEnded] ?? 0) + planned - known;
    return { records, batches, retried, undelivered: planned - records, undeliveredReasons };
  }
}

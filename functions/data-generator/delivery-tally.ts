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
  private readonly undelivered: Record<string, number> = {};

  acknowledge(records: number): void {
    this.records += records;
  }

  completeBatch(): void {
    this.batches += 1;
  }

  retry(records: number): void {
    this.retried += records;
  }

  /** @param reasons the number of records by reason */
  giveUp(reasons: Readonly<Record<string, number>>): void {
    for (const [reason, records] of Object.entries(reasons)) {
      this.undelivered[reason] = (this.undelivered[reason] ?? 0) + records;
    }
  }

  /** @param planned the records of the whole run; those not heard of were never sent */
  counts(planned: number): RunCounts {
    const { records, batches, retried } = this;
    const undelivered = planned - records;
    const heardOf = Object.values(this.undelivered).reduce((sum, n) => sum + n, 0);
    if (undelivered > heardOf) this.giveUp({ [ownReasons.runEnded]: undelivered - heardOf });
    return { records, batches, retried, undelivered, undeliveredReasons: this.undelivered };
  }
}

import type { RunCounts } from "./delivery-tally";

/** Environment variables that the function cannot run with. */
export class InvalidConfigurationError extends Error {
  override readonly name = "InvalidConfigurationError";

  constructor(readonly problems: readonly string[]) {
    super(`The data generator cannot start. ${problems.join(". ")}.`);
  }
}

/** A call that failed as a whole and may succeed when it is made again: throttled, a server's error, the network. */
export class RetryableCallError extends Error {
  override readonly name = "RetryableCallError";

  constructor(override readonly cause: Error) {
    super(cause.message);
  }

  /** The network's error code (ECONNRESET ...) or the name of Firehose's error. */
  get reason(): string {
    return "code" in this.cause && typeof this.cause.code === "string" ? this.cause.code : this.cause.name;
  }
}

/** An answer that does not say what became of each record. */
export class UnexpectedAnswerError extends Error {
  override readonly name = "UnexpectedAnswerError";

  constructor(answers: number, records: number) {
    super(`Firehose answered for ${answers} of ${records} records`);
  }
}

/** A run that ended before Firehose had acknowledged all of its records. */
export class UndeliveredRecordsError extends Error {
  override readonly name = "UndeliveredRecordsError";

  constructor(readonly counts: RunCounts) {
    super(`The run ${sentence(counts)}: ${reasons(counts)}`);
  }
}

/**
 * A run that was ended by an error which another try would meet again (no such stream, access denied). It bears that
 * error's name, which is what Lambda reports as the type of the failure.
 */
export class FailedRunError extends Error {
  override readonly name: string;

  constructor(
    override readonly cause: Error,
    streamName: string,
    readonly counts: RunCounts,
  ) {
    super(`${cause.name} on delivery stream ${streamName}: ${cause.message} (${sentence(counts)})`);
    this.name = cause.name;
  }
}

function sentence({ records, undelivered }: RunCounts): string {
  return `sent ${records} of ${records + undelivered} records, ${undelivered} were not delivered`;
}

function reasons({ undeliveredReasons }: RunCounts): string {
  return Object.entries(undeliveredReasons)
    .map(([reason, records]) => `${reason} ${records}`)
    .join(", ");
}

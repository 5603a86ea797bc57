import { createWriteStream, existsSync, mkdirSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { settings } from "../../pipeline/settings";
import type { Refusal } from "./record-cases";

/** One record that could not be delivered. */
export interface FailedRecord {
  readonly rawData: Uint8Array;
  readonly reason: Refusal;
  readonly attemptsMade: number;
  /** Milliseconds since the epoch, both. */
  readonly arrivalTimestamp: number;
  readonly attemptEndingTimestamp: number;
}

/** What an object in the error bucket holds the failures of; the same delivery has the same key, whoever asks. */
export interface FailedDelivery {
  /** UUID of the buffer. */
  readonly id: string;
  /** Arrival of the buffer's oldest record, milliseconds since the epoch; it is the time in the key. */
  readonly firstArrival: number;
}

/**
 * One JSON line as Firehose writes it to the error bucket. The names are those in error objects that others
 * published: no AWS page gives the schema for an Iceberg destination.
 */
export function failedRecordLine(record: FailedRecord): string {
  const { rawData, reason, attemptsMade, arrivalTimestamp, attemptEndingTimestamp } = record;
  const line = {
    attemptsMade,
    arrivalTimestamp,
    errorCode: reason.errorCode,
    errorMessage: reason.errorMessage,
    attemptEndingTimestamp,
    rawData: Buffer.from(rawData.buffer, rawData.byteOffset, rawData.byteLength).toString("base64"),
  };
  return `${JSON.stringify(line)}\n`;
}

/** The folder that stands for the error bucket. */
export class FailedRecords {
  /**
   * @param bucket the bucket's folder
   * @param deliveryStream the stream's name, which begins each object's name
   * @param scratch a folder on the same file system, where an object is written before it appears whole
   */
  constructor(
    private readonly bucket: string,
    private readonly deliveryStream: string,
    private readonly scratch: string,
  ) {}

  /**
   * The object's key: `<prefix><error output type>/YYYY/MM/DD/HH/<stream>-<version>-YYYY-MM-DD-HH-MM-SS-<uuid>`,
   * in UTC. https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html
   */
  key({ id, firstArrival }: FailedDelivery): string {
    const { errorPrefix, errorOutputType } = settings.deliveryStream;
    const [date = "", time = ""] = new Date(firstArrival).toISOString().split(/[T.]/);
    const folder = [...date.split("-"), time.slice(0, 2)].join("/");
    const name = [this.deliveryStream, "1", date, time.replaceAll(":", "-"), id].join("-");
    return `${errorPrefix}${errorOutputType}/${folder}/${name}`;
  }

  has(delivery: FailedDelivery): boolean {
    return existsSync(join(this.bucket, this.key(delivery)));
  }

  /** Writes one object, whole or not at all. */
  async put(delivery: FailedDelivery, lines: AsyncIterable<string | Uint8Array>): Promise<void> {
    const path = join(this.bucket, this.key(delivery));
    const unfinished = join(this.scratch, `${delivery.id}.error-object`);
    await pipeline(Readable.from(lines), createWriteStream(unfinished));
    mkdirSync(dirname(path), { recursive: true });
    renameSync(unfinished, path);
  }
}

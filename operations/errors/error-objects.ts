import type { Readable } from "node:stream";

/** One object of failed records. */
export interface ErrorObject {
  readonly key: string;
  readonly bytes: number;
  /** The hour that its records failed in, UTC: `2026-03-04T05`. */
  readonly hour: string;
}

/** Where failed records are kept: the error bucket, or the folder that stands for it. */
export interface ErrorObjects {
  /** To be shown: `s3://BUCKET/errors/`, or a folder. */
  readonly location: string;
  /** In the order of their keys, which is that of their hours. */
  list(): AsyncIterable<ErrorObject>;
  read(object: ErrorObject): Promise<Readable>;
  /**
   * Moves an object out of the way, into the archive.
   *
   * @returns where it is now
   */
  archive(object: ErrorObject): Promise<string>;
}

/** Archived objects keep their key below this. */
export const archivePrefix = "archive/";

/** Firehose ends an error prefix in `YYYY/MM/DD/HH/`. https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html */
export function hourOf(key: string, lastModified: Date): string {
  const [, year, month, day, hour] = /(?:^|\/)(\d{4})\/(\d{2})\/(\d{2})\/(\d{2})\//.exec(key) ?? [];
  if (year === undefined) return lastModified.toISOString().slice(0, 13);
  return `${year}-${month ?? ""}-${day ?? ""}T${hour ?? ""}`;
}

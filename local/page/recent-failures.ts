import { open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { settings } from "../../pipeline/settings";
import type { FailedRecordInfo, FailedRecordsInfo } from "./api";
import { linesFromEnd } from "./lines-from-end";

const shownRecords = 50;
const shownBytes = 2_000;
/** Of all objects together, so that large records cost no more than this; at least five of the largest fit. */
const readBytes = 8 * 2 ** 20;

/** One line of an error object, as far as it is shown. */
interface FailedLine {
  readonly arrivalTimestamp: number;
  readonly errorCode: string;
  readonly errorMessage: string;
  readonly attemptsMade: number;
  readonly rawData: string;
}

/**
 * Failed records of the newest error objects, newest object first, and of each the last record first. Reads little
 * more than it shows: the folders are named by time, so the newest are found without looking into the others, and an
 * object is read from its end. Stops where something could not be read, so that nothing is left out in between.
 */
export async function recentFailures(errorBucket: string): Promise<FailedRecordsInfo> {
  const { errorPrefix, errorOutputType } = settings.deliveryStream;
  const records: FailedRecordInfo[] = [];
  let left = readBytes;
  for await (const key of newestFirst(errorBucket, `${errorPrefix}${errorOutputType}`, 4)) {
    const file = await open(join(errorBucket, key)).catch(unlessGone);
    if (!file) continue;
    try {
      const { size } = await file.stat();
      for await (const text of linesFromEnd(file, size, left)) {
        const line = parsed(text);
        if (!line || records.length === shownRecords) return { more: true, records };
        records.push(shown(line, key));
      }
      if (size > left) return { more: true, records };
      left -= size;
    } finally {
      await file.close();
    }
  }
  return { more: false, records };
}

/** An object may be removed after its folder was listed. */
function unlessGone(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
}

/** @param depth of the folders YYYY/MM/DD/HH that are left */
async function* newestFirst(root: string, folder: string, depth: number): AsyncGenerator<string> {
  const names = await readdir(join(root, folder)).catch(() => []);
  for (const name of names.sort().reverse()) {
    if (depth > 0) yield* newestFirst(root, `${folder}/${name}`, depth - 1);
    else yield `${folder}/${name}`;
  }
}

/** Undefined when it is not a line of an error object. */
function parsed(text: Buffer): FailedLine | undefined {
  try {
    const line = JSON.parse(text.toString("utf8")) as Partial<FailedLine> | null;
    return typeof line?.rawData === "string" ? (line as FailedLine) : undefined;
  } catch {
    return undefined;
  }
}

function shown({ rawData, ...line }: FailedLine, object: string): FailedRecordInfo {
  const bytes = Buffer.byteLength(rawData, "base64");
  return {
    arrivalMs: line.arrivalTimestamp,
    errorCode: line.errorCode,
    errorMessage: line.errorMessage,
    attempts: line.attemptsMade,
    ...beginningAsText(rawData, bytes),
    bytes,
    object,
  };
}

function beginningAsText(
  rawData: string,
  bytes: number,
): { readonly text: string; readonly isText: boolean } {
  // Four characters of base64 stand for three bytes.
  const beginning = Buffer.from(rawData.slice(0, Math.ceil(shownBytes / 3) * 4), "base64").subarray(
    0,
    shownBytes,
  );
  try {
    const isWhole = bytes <= shownBytes;
    return {
      text: new TextDecoder("utf-8", { fatal: true }).decode(beginning, { stream: !isWhole }),
      isText: true,
    };
  } catch {
    return { text: beginning.toString("utf8"), isText: false };
  }
}

import { createReadStream } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { settings } from "../../pipeline/settings";
import type { FailedRecordInfo, FailedRecordsInfo } from "./api";

const shownRecords = 50;
const shownBytes = 2_000;
/** Of one object, so that a large one costs no more than this; the largest record that Firehose takes fits. */
const readBytes = 2 * 2 ** 20;

/** One line of an error object, as far as it is shown. */
interface FailedLine {
  readonly arrivalTimestamp: number;
  readonly errorCode: string;
  readonly errorMessage: string;
  readonly attemptsMade: number;
  readonly rawData: string;
}

/**
 * Failed records of the newest error objects, newest object first. Reads no more than it shows: the folders are named
 * by time, so the newest are found without looking into the others.
 */
export async function recentFailures(errorBucket: string): Promise<FailedRecordsInfo> {
  const { errorPrefix, errorOutputType } = settings.deliveryStream;
  const records: FailedRecordInfo[] = [];
  for await (const key of newestFirst(errorBucket, `${errorPrefix}${errorOutputType}`, 4)) {
    for await (const line of linesOf(join(errorBucket, key))) {
      if (records.length === shownRecords) return { more: true, records };
      records.push(shown(line, key));
    }
  }
  return { more: false, records };
}

/** @param depth of the folders YYYY/MM/DD/HH that are left */
async function* newestFirst(root: string, folder: string, depth: number): AsyncGenerator<string> {
  const names = await readdir(join(root, folder)).catch(() => []);
  for (const name of names.sort().reverse()) {
    if (depth > 0) yield* newestFirst(root, `${folder}/${name}`, depth - 1);
    else yield `${folder}/${name}`;
  }
}

async function* linesOf(path: string): AsyncGenerator<FailedLine> {
  const input = createReadStream(path, { end: readBytes - 1 });
  try {
    for await (const text of createInterface({ input })) {
      const line = parsed(text);
      // The last line of an object that is not read to its end.
      if (!line) return;
      yield line;
    }
  } finally {
    input.destroy();
  }
}

function parsed(text: string): FailedLine | undefined {
  try {
    return JSON.parse(text) as FailedLine;
  } catch {
    return undefined;
  }
}

function shown(line: FailedLine, object: string): FailedRecordInfo {
  const raw = Buffer.from(line.rawData, "base64");
  const { text, isText } = decoded(raw);
  return {
    arrivalMs: line.arrivalTimestamp,
    errorCode: line.errorCode,
    errorMessage: line.errorMessage,
    attempts: line.attemptsMade,
    text,
    bytes: raw.length,
    isText,
    object,
  };
}

function decoded(raw: Buffer): { readonly text: string; readonly isText: boolean } {
  const beginning = raw.subarray(0, shownBytes);
  try {
    const isWhole = raw.length <= shownBytes;
    return {
      text: new TextDecoder("utf-8", { fatal: true }).decode(beginning, { stream: !isWhole }),
      isText: true,
    };
  } catch {
    return { text: beginning.toString("utf8"), isText: false };
  }
}

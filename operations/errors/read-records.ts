import type { ErrorObject, ErrorObjects } from "./error-objects";
import { readFailedRecord, type FailedRecord } from "./failed-record";
import { objectLines } from "./object-lines";

/** Which failed records are meant. */
export interface RecordFilter {
  readonly errorCode?: string;
  /** Hours, both inclusive: `2026-03-04T05`. */
  readonly fromHour?: string;
  readonly toHour?: string;
}

/** Where a failed record was found. */
export interface RecordPlace {
  readonly object: ErrorObject;
  /** From 1. */
  readonly line: number;
}

/** What reading the error objects meets, in their order. */
export type Reading =
  | { readonly kind: "record"; readonly place: RecordPlace; readonly record: FailedRecord }
  | { readonly kind: "unreadable"; readonly place: RecordPlace; readonly reason: string }
  /** A record that the filter leaves out. */
  | { readonly kind: "other"; readonly place: RecordPlace }
  | { readonly kind: "end of object"; readonly object: ErrorObject; readonly lines: number };

/** Reads object after object, one chunk at a time. An object that breaks off is reported and the next one read. */
export async function* readRecords(objects: ErrorObjects, filter: RecordFilter): AsyncGenerator<Reading> {
  for await (const object of objects.list()) {
    if (filter.fromHour !== undefined && object.hour < filter.fromHour) continue;
    if (filter.toHour !== undefined && object.hour > filter.toHour) continue;
    let lines = 0;
    const source = await objects.read(object);
    try {
      for await (const { number, text } of objectLines(source)) {
        lines = number;
        if (text?.trim() === "") continue;
        yield readLine({ object, line: number }, text, filter);
      }
    } catch (error) {
      const reason = `the object cannot be read on: ${error instanceof Error ? error.message : String(error)}`;
      lines += 1;
      yield { kind: "unreadable", place: { object, line: lines }, reason };
    } finally {
      source.destroy();
    }
    yield { kind: "end of object", object, lines };
  }
}

function readLine(place: RecordPlace, text: string | undefined, { errorCode }: RecordFilter): Reading {
  if (text === undefined) return { kind: "unreadable", place, reason: "it is longer than any record" };
  const record = readFailedRecord(text);
  if ("reason" in record) return { kind: "unreadable", place, reason: record.reason };
  if (errorCode !== undefined && record.errorCode !== errorCode) return { kind: "other", place };
  return { kind: "record", place, record };
}

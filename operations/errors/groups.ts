import type { FailedRecord } from "./failed-record";
import type { Reading, RecordPlace } from "./read-records";

/** Failed records of one code and hour. */
export interface RecordGroup {
  readonly errorCode: string;
  /** UTC: `2026-03-04T05`. */
  readonly hour: string;
  records: number;
  /** The first of them. */
  readonly example: {
    /** Among all records of the listing, from 1: what `--show` takes. */
    readonly number: number;
    readonly place: RecordPlace;
    readonly record: FailedRecord;
  };
}

export interface Listing {
  readonly groups: readonly RecordGroup[];
  readonly objects: number;
  readonly records: number;
  readonly unreadable: number;
  /** The first lines that could not be read. */
  readonly unreadableExamples: readonly { readonly place: RecordPlace; readonly reason: string }[];
}

const mostExamples = 5;

/** Counts failed records by code and hour; keeps no more than one of each group. */
export async function groupRecords(readings: AsyncIterable<Reading>): Promise<Listing> {
  const groups = new Map<string, RecordGroup>();
  const unreadableExamples: { readonly place: RecordPlace; readonly reason: string }[] = [];
  let objects = 0;
  let records = 0;
  let unreadable = 0;
  for await (const reading of readings) {
    if (reading.kind === "end of object") objects += 1;
    else if (reading.kind === "unreadable") {
      unreadable += 1;
      if (unreadableExamples.length < mostExamples) unreadableExamples.push(reading);
    } else if (reading.kind === "record") {
      records += 1;
      const { place, record } = reading;
      const { errorCode } = record;
      const { hour } = place.object;
      const group = groups.get(`${hour} ${errorCode}`);
      if (group) group.records += 1;
      else {
        const example = { number: records, place, record };
        groups.set(`${hour} ${errorCode}`, { errorCode, hour, records: 1, example });
      }
    }
  }
  return { groups: [...groups.values()], objects, records, unreadable, unreadableExamples };
}

/** @returns the record of that number, from 1; undefined when there are fewer */
export async function findRecord(
  readings: AsyncIterable<Reading>,
  number: number,
): Promise<Extract<Reading, { kind: "record" }> | undefined> {
  let count = 0;
  for await (const reading of readings) {
    if (reading.kind === "record") count += 1;
    if (reading.kind === "record" && count === number) return reading;
  }
  return undefined;
}

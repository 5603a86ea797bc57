import { excerptOf, shortText, type Excerpt } from "./excerpt";
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
    readonly record: Excerpt;
  };
}

export interface Listing {
  readonly groups: readonly RecordGroup[];
  readonly objects: number;
  readonly records: number;
  /** Those among them that are in no group, because there were `mostGroups` already. */
  readonly ungrouped: number;
  readonly unreadable: number;
  /** The first lines that could not be read. */
  readonly unreadableExamples: readonly { readonly place: RecordPlace; readonly reason: string }[];
}

const mostExamples = 5;
/** More than a year of hours. */
export const mostGroups = 10_000;

/** Counts failed records by code and hour; keeps no more than an excerpt of one of each group. */
export async function groupRecords(readings: AsyncIterable<Reading>): Promise<Listing> {
  const groups = new Map<string, RecordGroup>();
  const unreadableExamples: { readonly place: RecordPlace; readonly reason: string }[] = [];
  let objects = 0;
  let records = 0;
  let ungrouped = 0;
  let unreadable = 0;
  for await (const reading of readings) {
    if (reading.kind === "end of object") objects += 1;
    else if (reading.kind === "unreadable") {
      unreadable += 1;
      if (unreadableExamples.length < mostExamples) unreadableExamples.push(reading);
    } else if (reading.kind === "record") {
      records += 1;
      const { place } = reading;
      const { hour } = place.object;
      const errorCode = shortText(reading.record.errorCode);
      const key = `${hour} ${errorCode}`;
      const group = groups.get(key);
      if (group) group.records += 1;
      else if (groups.size === mostGroups) ungrouped += 1;
      else {
        const example = { number: records, place, record: excerptOf(reading.record) };
        groups.set(key, { errorCode, hour, records: 1, example });
      }
    }
  }
  return { groups: [...groups.values()], objects, records, ungrouped, unreadable, unreadableExamples };
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

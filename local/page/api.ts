import type { DashboardBody } from "../../pipeline/dashboard-body";
import type { AlarmState } from "../metrics/alarm-state";
import type { StatisticSet } from "../metrics/statistic-set";

// What the server and the page in the browser say to each other.

/** `GET /api/pipeline`: what does not change while the server runs. */
export interface PipelineInfo {
  readonly stackName: string;
  readonly deliveryStream: string;
  readonly athenaTable: string;
  /** Milliseconds since the Unix epoch. */
  readonly startedAtMs: number;
  /** Where the warehouse lies on this machine. */
  readonly warehouse: string;
  readonly dashboard: DashboardBody;
  readonly buffering: { readonly bytes: number; readonly seconds: number };
  readonly queries: readonly { readonly name: string; readonly description: string; readonly sql: string }[];
}

/** What changes all the time. */
export interface PipelineState {
  /** The server's clock, milliseconds since the Unix epoch. */
  readonly now: number;
  readonly acknowledged: number;
  readonly delivered: number;
  readonly failed: number;
  readonly buffered: { readonly records: number; readonly bytes: number; readonly dueMs?: number };
  /** Another number whenever the table has changed. */
  readonly tableVersion: number;
  /** By the alarm's name. */
  readonly alarms: Readonly<Record<string, { readonly state: AlarmState; readonly description: string }>>;
}

/** `[start in seconds, sum, minimum, maximum, sample count]`. */
export type SetTuple = readonly [number, number, number, number, number];

/** Statistic sets of one metric at one resolution. */
export interface MetricSets {
  readonly key: string;
  readonly periodSeconds: number;
  readonly sets: readonly SetTuple[];
}

/** An `update` event of `GET /api/events`: the state, and which statistic sets have changed since the last one. */
export interface Update {
  readonly state: PipelineState;
  readonly metrics: readonly MetricSets[];
}

/** The time before now. */
export interface RelativeRange {
  readonly seconds: number;
}

/** Milliseconds since the Unix epoch, the end left out. */
export interface AbsoluteRange {
  readonly startMs: number;
  readonly endMs: number;
}

export type TimeRange = RelativeRange | AbsoluteRange;

/** `GET /api/metrics` with a `rangeQuery`: all that the dashboard draws for that range. */
export interface Metrics {
  readonly now: number;
  readonly metrics: readonly MetricSets[];
}

/** `GET /api/table`. */
export interface TableInfo {
  readonly version: number;
  readonly currentSnapshotId?: string;
  /** How many the table has. */
  readonly snapshotCount: number;
  /** The newest of them, newest first. */
  readonly snapshots: readonly SnapshotInfo[];
}

export interface SnapshotInfo {
  /** As text: ids need not fit a JavaScript number. */
  readonly id: string;
  readonly timestampMs: number;
  readonly operation: string;
  /** What the snapshot's summary says; undefined where it says nothing. */
  readonly addedRows?: number;
  readonly addedFiles?: number;
  readonly addedBytes?: number;
  readonly removedFiles?: number;
  readonly totalRows?: number;
  readonly totalFiles?: number;
  readonly totalBytes?: number;
}

/** `GET /api/snapshot?id=ID`: the files and the newest rows of a snapshot, the current one without an id. */
export interface SnapshotContents {
  readonly fileCount: number;
  /** The newest of them, newest first: in the order in which their rows were committed, whenever they were merged. */
  readonly files: readonly { readonly path: string; readonly rows: number; readonly bytes: number }[];
  /** Those with the greatest `timestamp`, greatest first. */
  readonly latest: Answer;
}

/** `GET /api/failed`: the newest failed records, newest first, with none left out between them. */
export interface FailedRecordsInfo {
  /** Whether there are more than these, or may be: not everything is read when records are large. */
  readonly more: boolean;
  readonly records: readonly FailedRecordInfo[];
}

export interface FailedRecordInfo {
  readonly arrivalMs: number;
  readonly errorCode: string;
  readonly errorMessage: string;
  readonly attempts: number;
  /** The record as text, cut off where it is long; bytes that are not UTF-8 are replaced. */
  readonly text: string;
  readonly bytes: number;
  readonly isText: boolean;
  /** The object that it lies in, below the error bucket. */
  readonly object: string;
}

export type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value };

/** `POST /api/query` with a `Question`. */
export interface Answer {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: readonly (readonly Value[])[];
  /** Whether there were more rows than a page takes. */
  readonly truncated: boolean;
  readonly elapsedMs: number;
}

export interface Question {
  readonly sql: string;
  readonly snapshotId?: string;
}

/** The body of every answer that is not 200. */
export interface Refusal {
  readonly error: string;
  /** In the query's text, both from 1. */
  readonly position?: { readonly line: number; readonly column: number };
}

/** `range=SECONDS`, or `start=MS&end=MS`. */
export function rangeQuery(range: TimeRange): string {
  return "seconds" in range ? `range=${range.seconds}` : `start=${range.startMs}&end=${range.endMs}`;
}

export function toTuple({ start, sum, minimum, maximum, sampleCount }: StatisticSet): SetTuple {
  return [start / 1000, sum, minimum, maximum, sampleCount];
}

export function fromTuple([seconds, sum, minimum, maximum, sampleCount]: SetTuple): StatisticSet {
  return { start: seconds * 1000, sum, minimum, maximum, sampleCount };
}

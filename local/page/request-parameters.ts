import { longestChartedSeconds } from "../metrics/resolution";
import type { Question, TimeRange } from "./api";
import { RequestError } from "./request";
import { rangeProblem } from "./time-range";

/** @throws RequestError */
export function rangeIn(query: URLSearchParams, nowMs: number): TimeRange {
  if (query.has("range") === (query.has("start") || query.has("end")))
    throw new RequestError("Either range, or start and end, must say which time is asked for.");
  if (query.has("range")) {
    const seconds = wholeNumberIn(query, "range", "seconds");
    if (seconds >= 1 && seconds <= longestChartedSeconds) return { seconds };
    throw new RequestError(`range=${seconds} is not from 1 to ${longestChartedSeconds} seconds.`);
  }
  const range = {
    startMs: wholeNumberIn(query, "start", "milliseconds since 1970"),
    endMs: wholeNumberIn(query, "end", "milliseconds since 1970"),
  };
  const problem = rangeProblem(range, nowMs);
  if (!problem) return range;
  const { startMs, endMs } = range;
  throw new RequestError(`${problem.message} Received start=${startMs}, end=${endMs}; it is ${nowMs} now.`);
}

function wholeNumberIn(query: URLSearchParams, name: string, unit: string): number {
  const text = query.get(name) ?? "";
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new RequestError(`${name} must be a whole number of ${unit}; received "${text}".`);
}

/** @throws RequestError */
export function snapshotIdIn(query: URLSearchParams): number | undefined {
  const text = query.get("id");
  return text === null ? undefined : snapshotId(text);
}

function snapshotId(text: string): number {
  const id = /^\d{1,16}$/.test(text) ? Number(text) : 0;
  if (Number.isSafeInteger(id) && id > 0) return id;
  throw new RequestError("A snapshot's id is a whole number.");
}

/** @throws RequestError */
export function questionIn(body: unknown): Question {
  const { sql, snapshotId: id } = (body ?? {}) as { sql?: unknown; snapshotId?: unknown };
  if (typeof sql !== "string") throw new RequestError('The body must be {"sql": "SELECT ..."}.');
  if (id === undefined) return { sql };
  if (typeof id !== "string") throw new RequestError("snapshotId must be text.");
  return { sql, snapshotId: String(snapshotId(id)) };
}

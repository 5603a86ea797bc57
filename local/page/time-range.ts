import { longestChartedSeconds } from "../metrics/resolution";
import type { AbsoluteRange, TimeRange } from "./api";

/** What a time range means at one moment. Milliseconds since the Unix epoch; the end is left out. */
export interface TimeWindow {
  readonly fromMs: number;
  readonly toMs: number;
  /** From its beginning until now: how finely metrics are kept depends on how old they are. */
  readonly reachSeconds: number;
}

export function windowAt(range: TimeRange, nowMs: number): TimeWindow {
  if ("seconds" in range) {
    const fromMs = nowMs - range.seconds * 1000;
    return { fromMs, toMs: nowMs + 1, reachSeconds: range.seconds };
  }
  return { fromMs: range.startMs, toMs: range.endMs, reachSeconds: (nowMs - range.startMs) / 1000 };
}

export interface RangeProblem {
  /** Which of the two has to be mended. */
  readonly edge: "start" | "end";
  readonly message: string;
}

/** Why a range cannot be shown; undefined when it can. */
export function rangeProblem({ startMs, endMs }: AbsoluteRange, nowMs: number): RangeProblem | undefined {
  if (startMs >= nowMs) return { edge: "start", message: "The start must be in the past." };
  if (nowMs - startMs > longestChartedSeconds * 1000) {
    const days = longestChartedSeconds / 86_400;
    return { edge: "start", message: `The start is more than ${days} days ago.` };
  }
  if (endMs <= startMs) return { edge: "end", message: "The end must be after the start." };
  if (endMs > nowMs) return { edge: "end", message: "The end must not be in the future." };
  return undefined;
}

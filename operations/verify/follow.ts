import type { Observation, Stage } from "./stages";
import { judge } from "./stages";

export interface FollowOptions {
  readonly observe: (now: number) => Promise<Observation>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly timeoutMs: number;
  readonly intervalMs: number;
  readonly isStopped: () => boolean;
  /** Hears of each look at the deployment. */
  readonly onLook: (stages: readonly Stage[], elapsedMs: number) => void;
}

/** Looks again and again, until every stage has passed, one has failed, or the time is up. */
export async function follow(options: FollowOptions): Promise<readonly Stage[]> {
  const { observe, now, sleep, timeoutMs, intervalMs, isStopped, onLook } = options;
  const begun = now();
  for (;;) {
    const stages = judge(await observe(now()));
    const elapsed = now() - begun;
    onLook(stages, elapsed);
    const isDecided =
      stages.every(({ status }) => status === "pass") || stages.some(({ status }) => status === "fail");
    if (isDecided || isStopped() || elapsed + intervalMs > timeoutMs) return stages;
    await sleep(intervalMs);
    if (isStopped()) return stages;
  }
}

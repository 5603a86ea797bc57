/**
 * `pass` and `fail` say what they say. `unknown`: could not be checked, and a deploy may fail on it. `unverified`:
 * could not be checked, and a deploy will tell. `skipped`: does not apply, or another check failed before.
 */
export type CheckStatus = "pass" | "fail" | "unknown" | "unverified" | "skipped";

/** A change that `--fix` offers. */
export interface Repair {
  /** Says what will be changed, as a question. */
  readonly question: string;
  /** @returns what was done */
  readonly apply: () => Promise<string>;
}

export interface CheckResult {
  readonly status: CheckStatus;
  /** What was found, one line. */
  readonly detail: string;
  /** What to do, a line each; empty when there is nothing to do. */
  readonly fix: readonly string[];
  readonly repair?: Repair;
}

/** A result under the name that it is shown by. */
export interface NamedResult extends CheckResult {
  readonly id: string;
  readonly title: string;
}

export function pass(detail: string): CheckResult {
  return { status: "pass", detail, fix: [] };
}

export function fail(detail: string, ...fix: string[]): CheckResult {
  return { status: "fail", detail, fix };
}

export function unknown(detail: string, ...fix: string[]): CheckResult {
  return { status: "unknown", detail, fix };
}

export function skipped(detail: string): CheckResult {
  return { status: "skipped", detail, fix: [] };
}

/** Whether a deploy can be expected to succeed. */
export function canDeploy(results: readonly CheckResult[]): boolean {
  return results.every(({ status }) => status !== "fail" && status !== "unknown");
}

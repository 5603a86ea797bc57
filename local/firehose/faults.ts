import { UsageError } from "../cli/user-error";

/** What can be made to go wrong on demand, each with its own rate: the same knobs for replay, serving and tests. */
export const faultKinds = ["throttle", "partial", "malformed", "slow", "commit"] as const;
export type FaultKind = (typeof faultKinds)[number];

/** Each question says whether the fault strikes now; asking again may give another answer. */
export interface Faults {
  /** One call is refused with ServiceUnavailableException. */
  throttle(): boolean;
  /** One record of a call is refused, as Firehose does when only part of a call is throttled. */
  partial(): boolean;
  /** One record loses its second half on the way. */
  malformed(): boolean;
  /** One answer is late. */
  slow(): boolean;
  /** One attempt to commit to the table fails. */
  commit(): boolean;
}

const never = () => false;

export const noFaults: Faults = {
  throttle: never,
  partial: never,
  malformed: never,
  slow: never,
  commit: never,
};

/**
 * Reads "throttle=0.05,malformed=0.01".
 *
 * @param seed the same seed gives the same faults, and one knob does not shift another's
 * @throws UsageError naming every part that is wrong
 */
export function parseFaults(specification: string, seed = 1): Faults {
  const rates = new Map<FaultKind, number>();
  const problems: string[] = [];
  for (const part of specification.split(",").map((text) => text.trim())) {
    if (part === "") continue;
    const [name = "", value = ""] = part.split("=", 2).map((text) => text.trim());
    const kind = faultKinds.find((known) => known === name);
    const rate = /^\d*\.?\d+$/.test(value) ? Number(value) : Number.NaN;
    if (!kind) problems.push(`"${part}" names no fault`);
    else if (!(rate <= 1)) problems.push(`"${part}" has no rate from 0 to 1`);
    else if (rates.has(kind)) problems.push(`"${kind}" is given twice`);
    else rates.set(kind, rate);
  }
  if (problems.length > 0) {
    throw new UsageError(
      `faults: ${problems.join("; ")}. Allowed are ${faultKinds.join(", ")}, each at most once with the share of ` +
        `calls, records, answers or commits that it strikes, as in "throttle=0.05,malformed=0.01".`,
    );
  }
  const strikes = (kind: FaultKind) => {
    const rate = rates.get(kind) ?? 0;
    return rate === 0 ? never : strikesAtRate(rate, seed * faultKinds.length + faultKinds.indexOf(kind));
  };
  return {
    throttle: strikes("throttle"),
    partial: strikes("partial"),
    malformed: strikes("malformed"),
    slow: strikes("slow"),
    commit: strikes("commit"),
  };
}

/** Weyl sequence through a 32-bit mixer (the finalizer of MurmurHash3): cheap, seeded, good enough for faults. */
function strikesAtRate(rate: number, seed: number): () => boolean {
  let state = Math.imul(seed, 0x9e3779b1);
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32 < rate;
  };
}

/**
 * Groups of things that are about equally large and numerous enough to be merged into one: the size-tiered scheme of
 * log-structured stores. What was merged moves to the next tier, so each byte is written again only once for each
 * power of `fanOut`, and fewer than `fanOut` things stay in every tier.
 */
export function fullTiers<T>(things: readonly T[], sizeOf: (thing: T) => number, fanOut: number): T[][] {
  const tiers = new Map<number, T[]>();
  for (const thing of things) {
    const tier = Math.floor(Math.log(Math.max(1, sizeOf(thing))) / Math.log(fanOut) + 1e-9);
    tiers.set(tier, [...(tiers.get(tier) ?? []), thing]);
  }
  return [...tiers]
    .filter(([, members]) => members.length >= fanOut)
    .sort(([a], [b]) => a - b)
    .map(([, members]) => members);
}

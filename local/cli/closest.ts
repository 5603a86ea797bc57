/** Insertions, deletions and substitutions that turn one text into the other (Levenshtein). */
function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [row, letter] of [...from].entries()) {
    const current = [row + 1];
    for (let column = 0; column < to.length; column++) {
      const substitution = (previous[column] ?? 0) + (letter === to[column] ? 0 : 1);
      const insertion = (current[column] ?? 0) + 1;
      const deletion = (previous[column + 1] ?? 0) + 1;
      current.push(Math.min(substitution, insertion, deletion));
    }
    previous = current;
  }
  return previous[to.length] ?? 0;
}

/**
 * The candidate that a mistyped word most likely meant: the one it is a part of, or the nearest by edit distance
 * if that changes less than half of its letters.
 */
export function closest(word: string, candidates: readonly string[]): string | undefined {
  const typed = word.toLowerCase();
  const distance = (candidate: string) => (candidate.includes(typed) ? 0 : editDistance(typed, candidate));
  const [nearest] = [...candidates].sort((a, b) => distance(a) - distance(b));
  return nearest !== undefined && distance(nearest) < nearest.length / 2 ? nearest : undefined;
}

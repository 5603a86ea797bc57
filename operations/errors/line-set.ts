/** A set of line numbers, kept as ranges: lines are mostly added in their order. */
export class LineSet {
  /** Sorted, apart from each other. */
  readonly #ranges: [first: number, last: number][] = [];

  add(line: number): void {
    const index = this.#indexFrom(line);
    const before = this.#ranges[index - 1];
    const after = this.#ranges[index];
    if (after && after[0] <= line) return;
    const joinsBefore = before?.[1] === line - 1;
    const joinsAfter = after?.[0] === line + 1;
    if (joinsBefore && joinsAfter) {
      before[1] = after[1];
      this.#ranges.splice(index, 1);
    } else if (joinsBefore) before[1] = line;
    else if (joinsAfter) after[0] = line;
    else this.#ranges.splice(index, 0, [line, line]);
  }

  has(line: number): boolean {
    const range = this.#ranges[this.#indexFrom(line)];
    return range !== undefined && range[0] <= line;
  }

  /** Index of the first range that does not end before the line. */
  #indexFrom(line: number): number {
    let low = 0;
    let high = this.#ranges.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ranges[middle]?.[1] ?? 0) < line) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

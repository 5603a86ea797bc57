interface Entry {
  acknowledged: number;
  /** Sent whole, but the connection died before an answer came. */
  unanswered: number;
}

/** What became of every record as its sender knows it: `n` tells a record from all others. */
export class Ledger {
  private readonly entries = new Map<number, Entry>();

  get size(): number {
    return this.entries.size;
  }

  get acknowledged(): number {
    return [...this.entries.values()].filter(({ acknowledged }) => acknowledged > 0).length;
  }

  /** A record that a server may come to know of. */
  add(n: number): void {
    if (!this.entries.has(n)) this.entries.set(n, { acknowledged: 0, unanswered: 0 });
  }

  count(n: number, answer: keyof Entry): void {
    this.entries.get(n)![answer]++;
  }

  /**
   * Holds what is in the files against what was answered: every acknowledgement stands for one record there, a refusal for
   * none, and a call without an answer for one or none.
   *
   * @param found the `n` of each record in the table and the error bucket
   * @returns one line for each kind of violation; none when the invariant holds
   */
  violations(found: Iterable<number>): string[] {
    const counts = new Map<number, number>();
    for (const n of found) counts.set(n, (counts.get(n) ?? 0) + 1);
    const unknown = [...counts.keys()].filter((n) => !this.entries.has(n));
    const lost: number[] = [];
    const surplus: number[] = [];
    for (const [n, { acknowledged, unanswered }] of this.entries) {
      const count = counts.get(n) ?? 0;
      if (count < acknowledged) lost.push(n);
      if (count > acknowledged + unanswered) surplus.push(n);
    }
    const line = (what: string, records: readonly number[]) =>
      records.length > 0 ? [`${records.length} ${what}: ${records.slice(0, 10).join(", ")}`] : [];
    return [
      ...line("acknowledged records are missing", lost),
      ...line("records are there more often than they were taken", surplus),
      ...line("records are there that nobody sent", unknown),
    ];
  }
}

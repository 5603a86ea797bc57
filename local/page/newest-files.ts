import type { DataFile } from "../iceberg/data-file";

/**
 * The files that may hold the `rows` greatest values of a column, so that a large table is not read for a few rows.
 * Those with the greatest values come first: DuckDB then skips what it finds to be smaller in the others.
 *
 * The bounds of the manifests decide, because the order of the files does not: devices send old readings late, and
 * compaction puts rows of many commits into one file. A file without bounds is never left out.
 *
 * @param fieldId of a column of type long
 */
export function filesWithNewest(
  files: readonly DataFile[],
  fieldId: number,
  rows: number,
): readonly DataFile[] {
  const bounded = files.map((file) => {
    const { lowerBounds, upperBounds, nullValueCounts } = file.columns;
    return {
      file,
      values: file.recordCount - (nullValueCounts.get(fieldId) ?? file.recordCount),
      least: lowerBounds.get(fieldId)?.readBigInt64LE(),
      greatest: upperBounds.get(fieldId)?.readBigInt64LE(),
    };
  });
  let missing = rows;
  let needed: bigint | undefined;
  for (const { values, least } of bounded.toSorted((a, b) => descending(a.least, b.least))) {
    if (missing <= 0) break;
    missing -= least === undefined ? 0 : values;
    needed = least ?? needed;
  }
  return bounded
    .filter(
      ({ greatest }) => missing > 0 || needed === undefined || greatest === undefined || greatest >= needed,
    )
    .sort((a, b) => descending(a.greatest, b.greatest))
    .map(({ file }) => file);
}

/** What is not known comes last. */
function descending(a: bigint | undefined, b: bigint | undefined): number {
  if (a === b) return 0;
  if (a === undefined) return 1;
  if (b === undefined) return -1;
  return a > b ? -1 : 1;
}

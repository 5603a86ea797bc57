/** No table lies at the location. */
export class TableNotFoundError extends Error {
  override readonly name = "TableNotFoundError";
  constructor(readonly location: string) {
    super(`No Iceberg table at ${location}: its metadata/ folder holds no vN.metadata.json.`);
  }
}

/** The table's files say something that this writer does not understand, or contradict each other. */
export class UnsupportedTableError extends Error {
  override readonly name = "UnsupportedTableError";
  constructor(
    readonly file: string,
    readonly problem: string,
  ) {
    super(`Cannot use the Iceberg table: ${file}: ${problem}.`);
  }
}

/** The table exists with columns that the wanted ones cannot be added to. */
export class SchemaMismatchError extends Error {
  override readonly name = "SchemaMismatchError";
  constructor(
    readonly location: string,
    readonly problems: readonly string[],
  ) {
    super(
      `The Iceberg table at ${location} does not fit the wanted columns: ${problems.join("; ")}. ` +
        "Choose another warehouse folder, or remove this one.",
    );
  }
}

/** A snapshot that was asked for is not in the table, or no longer. */
export class SnapshotNotFoundError extends Error {
  override readonly name = "SnapshotNotFoundError";
  constructor(
    readonly snapshotId: number,
    retained: readonly number[],
  ) {
    super(
      `No snapshot ${snapshotId} in the table; it may have expired. ` +
        `Retained: ${retained.length === 0 ? "none" : summarise(retained)}.`,
    );
  }
}

/** Other writers won every attempt. Nothing was committed. */
export class CommitConflictError extends Error {
  override readonly name = "CommitConflictError";
  constructor(
    readonly location: string,
    readonly attempts: number,
  ) {
    super(`Gave up committing to ${location} after ${attempts} attempts: another writer won each time.`);
  }
}

/** A Parquet file could not be written; nothing of it is left. */
export class ParquetWriteError extends Error {
  override readonly name = "ParquetWriteError";
  constructor(
    readonly source: string,
    problem: string,
    options?: ErrorOptions,
  ) {
    super(`Cannot write ${source} as Parquet: ${problem}`, options);
  }
}

/** The table lies on a file system on which no commit can be made safely. */
export class HardLinksUnsupportedError extends Error {
  override readonly name = "HardLinksUnsupportedError";
  constructor(
    readonly path: string,
    options?: ErrorOptions,
  ) {
    super(
      `Cannot create ${path}: its file system has no hard links, which commits need. ` +
        "Choose a warehouse folder on another disk.",
      options,
    );
  }
}

function summarise(ids: readonly number[]): string {
  const shown = ids.slice(-5).join(", ");
  return ids.length > 5 ? `${ids.length}, the newest being ${shown}` : shown;
}

/** One Parquet file of the table, with what its manifest entry says of it. */
export interface DataFile {
  /** Absolute path on this machine. */
  readonly path: string;
  readonly recordCount: number;
  readonly fileSizeBytes: number;
  readonly columns: ColumnMetrics;
}

/**
 * What is known of the columns, by field id. A column may be missing in any of these.
 * https://iceberg.apache.org/spec/#manifests ("data_file", fields 108 to 128)
 */
export interface ColumnMetrics {
  /** Bytes that the column takes in the file. */
  readonly sizes: ReadonlyMap<number, number>;
  /** Values, nulls and NaNs included. */
  readonly valueCounts: ReadonlyMap<number, number>;
  readonly nullValueCounts: ReadonlyMap<number, number>;
  readonly nanValueCounts: ReadonlyMap<number, number>;
  /** Single-value serialization (Appendix D) of a value that none in the column is below. */
  readonly lowerBounds: ReadonlyMap<number, Buffer>;
  readonly upperBounds: ReadonlyMap<number, Buffer>;
}

import type { ColumnType } from "../../pipeline/sensor-reading";
import type { ColumnMetrics } from "./data-file";
import type { TableColumn } from "./schema";
import { lowerBound, upperBound, type BoundValue } from "./single-value";
import { sqlIdentifier } from "./sql-text";

/** The row that DuckDB's `COPY ... (RETURN_STATS)` gives for a file; every number is text. */
export interface ReturnedStatistics {
  readonly count: string;
  readonly file_size_bytes: string;
  /** The key is the column's quoted name. */
  readonly column_statistics: readonly {
    readonly key: string;
    readonly value: readonly { readonly key: string; readonly value: string }[];
  }[];
}

/** Iceberg's metrics from DuckDB's statistics. */
export function columnMetrics(
  statistics: ReturnedStatistics,
  columns: readonly TableColumn[],
): ColumnMetrics {
  const byName = new Map(
    statistics.column_statistics.map(({ key, value }) => [
      key,
      new Map(value.map((entry) => [entry.key, entry.value])),
    ]),
  );
  const collect = <V>(read: (of: ReadonlyMap<string, string>, type: ColumnType) => V | undefined) => {
    const found = new Map<number, V>();
    for (const { name, fieldId, type } of columns) {
      const value = read(byName.get(sqlIdentifier(name)) ?? new Map<string, string>(), type);
      if (value !== undefined) found.set(fieldId, value);
    }
    return found;
  };
  return {
    sizes: collect((of) => count(of.get("column_size_bytes"))),
    valueCounts: collect((of) => count(of.get("num_values"))),
    nullValueCounts: collect((of) => count(of.get("null_count"))),
    // DuckDB tells whether there are NaNs, not how many.
    nanValueCounts: collect((of) => (of.get("has_nan") === "false" ? 0 : undefined)),
    lowerBounds: collect((of, type) => bound(lowerBound, type, of.get("min"))),
    upperBounds: collect((of, type) => bound(upperBound, type, of.get("max"))),
  };
}

function bound(
  serialize: (type: ColumnType, value: BoundValue) => Buffer | undefined,
  type: ColumnType,
  text: string | undefined,
): Buffer | undefined {
  return text === undefined ? undefined : serialize(type, parseValue(type, text));
}

function parseValue(type: ColumnType, text: string): BoundValue {
  switch (type) {
    case "string":
      return text;
    case "long":
      return BigInt(text);
    case "double":
      return parseDouble(text);
    case "boolean":
      return text === "1" || text === "true";
  }
}

function parseDouble(text: string): number {
  if (text === "inf") return Infinity;
  if (text === "-inf") return -Infinity;
  return Number(text);
}

function count(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}

import {
  DuckDBListType,
  DuckDBMapType,
  DuckDBMapValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBTypeId,
  JsonDuckDBValueConverter,
  type DuckDBType,
  type DuckDBValueConverter,
  type Json,
} from "@duckdb/node-api";

/** A value as JSON can hold it. Times are text as Athena prints them; whole numbers beyond 2^53 are text. */
export type Cell = Json;

export interface ResultColumn {
  readonly name: string;
  /** Athena's name of the type: `varchar`, `bigint`, `double`, `timestamp with time zone` ... */
  readonly type: string;
}

export interface QueryResult {
  readonly columns: readonly ResultColumn[];
  readonly rows: readonly (readonly Cell[])[];
  /** Whether there were more rows than the session's limit. */
  readonly truncated: boolean;
  readonly elapsedMs: number;
}

const athenaTypes: Partial<Record<DuckDBTypeId, string>> = {
  [DuckDBTypeId.FLOAT]: "real",
  // SUM of a bigint is a bigint in Athena.
  [DuckDBTypeId.HUGEINT]: "bigint",
  [DuckDBTypeId.BLOB]: "varbinary",
};

export function athenaType(type: DuckDBType): string {
  if (type instanceof DuckDBListType) return `array(${athenaType(type.valueType)})`;
  if (type instanceof DuckDBMapType) return `map(${athenaType(type.keyType)}, ${athenaType(type.valueType)})`;
  return athenaTypes[type.typeId] ?? type.toString().toLowerCase();
}

/** `2026-01-01 00:59:49.000`: Athena shows milliseconds, whatever the column's precision. */
function athenaTime(micros: bigint): string {
  const milliseconds = Number(micros / 1000n);
  const date = new Date(milliseconds);
  if (Number.isNaN(date.getTime())) return `${milliseconds} ms`;
  return date.toISOString().replace("T", " ").replace("Z", "");
}

/** A DuckDB value as a cell. */
export const toCell: DuckDBValueConverter<Json> = (value, type, nested) => {
  if (value instanceof DuckDBTimestampTZValue) return `${athenaTime(value.micros)} UTC`;
  if (value instanceof DuckDBTimestampValue) return athenaTime(value.micros);
  if (typeof value === "bigint") {
    return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
  }
  if (value instanceof DuckDBMapValue && type instanceof DuckDBMapType) {
    const entries = value.entries.map(({ key, value: mapped }) => {
      const name = nested(key, type.keyType, nested);
      return [typeof name === "string" ? name : JSON.stringify(name), nested(mapped, type.valueType, nested)];
    });
    return Object.fromEntries(entries) as Json;
  }
  return JsonDuckDBValueConverter(value, type, nested);
};

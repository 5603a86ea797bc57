import type * as DuckDb from "@duckdb/node-api";
import type { DuckDBType, DuckDBValueConverter, Json } from "@duckdb/node-api";

/** How DuckDB's types and values look in Athena. */
export interface AthenaValues {
  typeName(type: DuckDBType): string;
  /** Converts one value to a cell. */
  readonly toCell: DuckDBValueConverter<Json>;
}

/** @param duckDb the library, which takes a quarter of a second to load: whoever opens a session has it */
export function athenaValues(duckDb: typeof DuckDb): AthenaValues {
  const { DuckDBTypeId, DuckDBListType, DuckDBMapType, DuckDBMapValue } = duckDb;
  const typeNames = new Map([
    [DuckDBTypeId.FLOAT, "real"],
    // SUM of a bigint is a bigint in Athena.
    [DuckDBTypeId.HUGEINT, "bigint"],
    [DuckDBTypeId.BLOB, "varbinary"],
  ]);

  function typeName(type: DuckDBType): string {
    if (type instanceof DuckDBListType) return `array(${typeName(type.valueType)})`;
    if (type instanceof DuckDBMapType) return `map(${typeName(type.keyType)}, ${typeName(type.valueType)})`;
    return typeNames.get(type.typeId) ?? type.toString().toLowerCase();
  }

  const toCell: DuckDBValueConverter<Json> = (value, type, nested) => {
    if (value instanceof duckDb.DuckDBTimestampTZValue) return `${athenaTime(value.micros)} UTC`;
    if (value instanceof duckDb.DuckDBTimestampValue) return athenaTime(value.micros);
    if (typeof value === "bigint") {
      return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
    }
    if (value instanceof DuckDBMapValue && type instanceof DuckDBMapType) {
      const entries = value.entries.map(({ key, value: mapped }) => {
        const name = nested(key, type.keyType, nested);
        return [
          typeof name === "string" ? name : JSON.stringify(name),
          nested(mapped, type.valueType, nested),
        ];
      });
      return Object.fromEntries(entries) as Json;
    }
    return duckDb.JsonDuckDBValueConverter(value, type, nested);
  };

  return { typeName, toCell };
}

/** `2026-01-01 00:59:49.000`: Athena shows milliseconds, whatever the column's precision. */
function athenaTime(micros: bigint): string {
  const milliseconds = Number(micros / 1000n);
  const date = new Date(milliseconds);
  if (Number.isNaN(date.getTime())) return `${milliseconds} ms`;
  return date.toISOString().replace("T", " ").replace("Z", "");
}

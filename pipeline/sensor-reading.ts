/** Iceberg primitive types that a column of the readings table may have (Iceberg spec, "Primitive Types"). */
export type ColumnType = "string" | "long" | "double" | "boolean";

/** One column of the readings table. Its Iceberg field id is its position in `sensorReadingColumns`, from 1. */
export interface Column {
  /** Lowercase: Glue, Lake Formation and Athena do not see a table with an uppercase column. */
  readonly name: string;
  readonly type: ColumnType;
  /** Iceberg "required": whether the table refuses a null here. */
  readonly required: boolean;
  readonly meaning: string;
}

/**
 * The readings table, in column order. The Terraform schema, the generator's record type, the local
 * validation, the Parquet files and the SQL view are all derived from this list.
 */
export const sensorReadingColumns = [
  { name: "sensor_id", type: "string", required: false, meaning: "Unique identifier of the sensor" },
  { name: "timestamp", type: "long", required: false, meaning: "Time of the reading, whole Unix seconds" },
  { name: "location", type: "string", required: false, meaning: "Physical location of the sensor" },
  { name: "temperature", type: "double", required: false, meaning: "Temperature in degrees Celsius" },
  { name: "humidity", type: "double", required: false, meaning: "Relative humidity in percent" },
  { name: "pressure", type: "double", required: false, meaning: "Atmospheric pressure in hPa" },
] as const satisfies readonly Column[];

interface ValueOfType {
  string: string;
  long: number;
  double: number;
  boolean: boolean;
}

/** One row of the readings table, as a JavaScript object with exactly the table's columns. */
export type SensorReading = {
  readonly [C in (typeof sensorReadingColumns)[number] as C["name"]]: ValueOfType[C["type"]];
};

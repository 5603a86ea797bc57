import type { DuckDBInstance, Json } from "@duckdb/node-api";
import type { ColumnType } from "../../pipeline/sensor-reading";
import type { DataFile } from "./data-file";
import { ParquetWriteError } from "./errors";
import { columnMetrics, type ReturnedStatistics } from "./parquet-statistics";
import { schemaJson, type TableColumn } from "./schema";
import { sqlIdentifier, sqlString } from "./sql-text";
import type { IcebergTable } from "./table";

/** The DuckDB type of each Iceberg type. https://iceberg.apache.org/spec/#parquet (Appendix A) */
const duckDbTypes: Readonly<Record<ColumnType, string>> = {
  string: "VARCHAR",
  long: "BIGINT",
  double: "DOUBLE",
  boolean: "BOOLEAN",
};

/**
 * Writes data files with an in-memory DuckDB: Parquet with zstd, field ids and statistics.
 * DuckDB takes a quarter of a second to load, so it is loaded when a writer is opened and not before.
 */
export class ParquetWriter {
  private constructor(private readonly instance: DuckDBInstance) {}

  static async open(): Promise<ParquetWriter> {
    const { DuckDBInstance } = await import("@duckdb/node-api");
    const instance = await DuckDBInstance.create(":memory:", {
      // A missing extension must be an error here, not a download.
      autoinstall_known_extensions: "false",
      autoload_known_extensions: "false",
      // Rows have to stay in order, for which DuckDB's other threads hold whole row groups back: on two cores a day's
      // deliveries and compactions then take half as much memory again, and more CPU time. A delivery is one row group.
      threads: "1",
    });
    return new ParquetWriter(instance);
  }

  /**
   * Writes records as a new data file of the table, to be appended to it.
   *
   * @param ndjsonPath one JSON object a line, whose keys are column names and whose values fit the columns: DuckDB
   *   casts what does not fit where it can. A column without a key becomes null.
   * @throws ParquetWriteError when the file holds no rows, malformed JSON, a duplicate key, or a null for a required
   *   column.
   */
  write(ndjsonPath: string, table: IcebergTable): Promise<DataFile> {
    const types = table.columns.map(({ name, type }) => `${sqlIdentifier(name)}: '${duckDbTypes[type]}'`);
    const rows =
      `read_json(${sqlString(ndjsonPath)}, format = 'newline_delimited', compression = 'uncompressed', ` +
      `columns = {${types.join(", ")}})`;
    return this.#copy(ndjsonPath, rows, table);
  }

  /**
   * Writes the rows of data files, in their order, as one new data file. Columns are found by field id, so the files
   * may be older than the table's schema.
   */
  rewrite(files: readonly DataFile[], table: IcebergTable): Promise<DataFile> {
    const paths = files.map(({ path }) => sqlString(path));
    const schema = table.columns.map(
      ({ fieldId, name, type }) =>
        `${fieldId}: {name: ${sqlString(name)}, type: '${duckDbTypes[type]}', default_value: NULL}`,
    );
    const rows = `read_parquet([${paths.join(", ")}], schema = MAP {${schema.join(", ")}})`;
    return this.#copy(`${files.length} data files`, rows, table);
  }

  close(): void {
    this.instance.closeSync();
  }

  async #copy(source: string, rows: string, table: IcebergTable): Promise<DataFile> {
    const { columns, io } = table;
    const path = table.newDataFilePath();
    const names = columns.map(({ name }) => sqlIdentifier(name));
    const ids = columns.map(({ name, fieldId }) => `${sqlIdentifier(name)}: ${fieldId}`);
    // Iceberg's Java library leaves the schema in its files too; some readers find columns with it.
    const schema = JSON.stringify(schemaJson(table.schema));
    const sql =
      `COPY (SELECT ${names.join(", ")} FROM ${rows}) TO ${sqlString(path)} ` +
      `(FORMAT parquet, COMPRESSION zstd, FIELD_IDS {${ids.join(", ")}}, ` +
      `KV_METADATA {'iceberg.schema': ${sqlString(schema)}}, RETURN_STATS)`;
    try {
      const file = dataFile(path, await this.#statistics(sql), columns);
      await io.files.seal(path, io.now());
      return file;
    } catch (error) {
      await io.files.remove(path);
      throw new ParquetWriteError(source, (error as Error).message, { cause: error });
    }
  }

  async #statistics(sql: string): Promise<ReturnedStatistics> {
    // What runs on one connection waits for what ran before, and a delivery is not to wait for a compaction.
    const connection = await this.instance.connect();
    try {
      const reader = await connection.runAndReadAll(sql);
      const row: Record<string, Json> | undefined = reader.getRowObjectsJson()[0];
      return row as unknown as ReturnedStatistics;
    } finally {
      connection.closeSync();
    }
  }
}

function dataFile(path: string, statistics: ReturnedStatistics, columns: readonly TableColumn[]): DataFile {
  const recordCount = Number(statistics.count);
  if (recordCount === 0) throw new RangeError("it holds no rows");
  const metrics = columnMetrics(statistics, columns);
  const missing = columns.find(
    ({ required, fieldId }) => required && metrics.nullValueCounts.get(fieldId) !== 0,
  );
  if (missing !== undefined) throw new RangeError(`column ${missing.name} is required and some rows lack it`);
  return { path, recordCount, fileSizeBytes: Number(statistics.file_size_bytes), columns: metrics };
}

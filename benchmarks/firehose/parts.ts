import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ParquetWriter } from "../../local/iceberg/parquet-writer";
import { IcebergTable } from "../../local/iceberg/table";
import { warehouse, type Warehouse } from "../../local/warehouse";
import { defaultStackName, pipelineNames } from "../../pipeline/names";
import { sensorReadingColumns } from "../../pipeline/sensor-reading";

export const names = pipelineNames(defaultStackName);

/** An empty table in a folder that is removed when the process ends. */
export async function emptyTable(): Promise<{
  readonly places: Warehouse;
  readonly table: IcebergTable;
  readonly writer: ParquetWriter;
}> {
  const root = mkdtempSync(join(tmpdir(), "firehose-benchmark-"));
  process.on("exit", () => {
    rmSync(root, { recursive: true, force: true });
  });
  // How a benchmark ends its parts, which by itself would leave the folder.
  process.once("SIGTERM", () => process.exit());
  const places = warehouse(root, names);
  const table = await IcebergTable.openOrCreate(places.tableLocation, sensorReadingColumns);
  return { places, table, writer: await ParquetWriter.open() };
}

/** Rows in the data files of the table as it is on disk, whatever those who wrote them counted. */
export async function rowsOnDisk(table: IcebergTable): Promise<number> {
  const files = await (await IcebergTable.open(table.location)).dataFiles();
  return files.reduce((rows, { recordCount }) => rows + recordCount, 0);
}

import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import type { IcebergTable } from "../../../local/iceberg/table";

/** The rows of data files, read by a Parquet reader that shares no code with the writer. */
export async function readRows(paths: readonly string[]): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  for (const path of paths) {
    const file = await asyncBufferFromFile(path);
    rows.push(...(await parquetReadObjects({ file, compressors })));
  }
  return rows;
}

/** The rows of the table as it is now. */
export async function tableRows(table: IcebergTable): Promise<Record<string, unknown>[]> {
  await table.refresh();
  return readRows((await table.dataFiles()).map(({ path }) => path));
}

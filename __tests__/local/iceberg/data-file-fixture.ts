import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DataFile } from "../../../local/iceberg/data-file";
import type { IcebergTable } from "../../../local/iceberg/table";

/** A data file as far as manifests know: its bytes are no Parquet. */
export function fakeDataFile(table: IcebergTable, changes: Partial<DataFile> = {}): DataFile {
  const path = table.newDataFilePath();
  mkdirSync(join(table.location, "data"), { recursive: true });
  writeFileSync(path, "data");
  const none = new Map<number, never>();
  return {
    path,
    recordCount: 10,
    fileSizeBytes: 1000,
    columns: {
      sizes: none,
      valueCounts: none,
      nullValueCounts: none,
      nanValueCounts: none,
      lowerBounds: none,
      upperBounds: none,
    },
    ...changes,
  };
}

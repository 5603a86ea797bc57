import { copyFileSync, linkSync, mkdirSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DataFile } from "../../local/iceberg/data-file";
import { maintain, type MaintenanceReport, type MaintenanceSettings } from "../../local/iceberg/maintenance";
import type { ParquetWriter } from "../../local/iceberg/parquet-writer";
import { IcebergTable } from "../../local/iceberg/table";
import { nodeFiles, type TableFiles } from "../../local/iceberg/table-files";
import { sensorReadingColumns } from "../../pipeline/sensor-reading";

const startMs = Date.UTC(2026, 0, 1);

/**
 * A table that is appended to in virtual time. One real data file is copied for each append, so that only the
 * commit is measured, and compaction still has Parquet to read.
 */
export class TableInTime {
  private constructor(
    private readonly table: IcebergTable,
    private readonly writer: ParquetWriter,
    private readonly template: DataFile,
    private readonly clock: { ms: number },
    private readonly written: WrittenBytes,
  ) {}

  static async create(directory: string, writer: ParquetWriter, rowsPerFile: number): Promise<TableInTime> {
    const clock = { ms: startMs };
    const written = { bytes: 0 };
    mkdirSync(directory, { recursive: true });
    const table = await IcebergTable.openOrCreate(join(directory, "table"), sensorReadingColumns, {
      now: () => clock.ms,
      files: counting(nodeFiles, written),
    });
    const input = join(directory, "rows.ndjson");
    writeFileSync(
      input,
      Array.from({ length: rowsPerFile }, (_, row) => `${JSON.stringify(reading(row))}\n`).join(""),
    );
    const file = await writer.write(input, table);
    // Outside the table, where maintenance does not find it unreferenced.
    const path = join(directory, "template.parquet");
    renameSync(file.path, path);
    return new TableInTime(table, writer, { ...file, path }, clock, written);
  }

  /**
   * The same table once more, in folders of its own. Files are linked and not copied: none of a table's files is written
   * to again.
   */
  async copy(directory: string): Promise<TableInTime> {
    const location = join(directory, "table");
    for (const folder of ["data", "metadata"]) {
      mkdirSync(join(location, folder), { recursive: true });
      for (const name of readdirSync(join(this.table.location, folder)))
        linkSync(join(this.table.location, folder, name), join(location, folder, name));
    }
    const clock = { ...this.clock };
    const written = { bytes: 0 };
    const table = await IcebergTable.open(location, {
      now: () => clock.ms,
      files: counting(nodeFiles, written),
    });
    return new TableInTime(table, this.writer, this.template, clock, written);
  }

  /** Returns the milliseconds that the commit took. */
  async append(virtualSecondsLater: number): Promise<number> {
    this.clock.ms += virtualSecondsLater * 1000;
    const path = this.table.newDataFilePath();
    copyFileSync(this.template.path, path);
    await this.table.io.files.seal(path, this.clock.ms);
    const deliveryId = `delivery-${this.clock.ms}`;
    const start = performance.now();
    await this.table.append([{ ...this.template, path }], { deliveryId });
    return performance.now() - start;
  }

  /** @param changes to what is done by default */
  maintain(changes?: Partial<MaintenanceSettings>): Promise<MaintenanceReport> {
    return maintain(this.table, this.writer, changes);
  }

  /** Bytes of metadata, manifest lists and manifests that were written since it was created. */
  get metadataBytes(): number {
    return this.written.bytes;
  }

  async countDataFiles(): Promise<number> {
    return (await this.table.dataFiles()).length;
  }

  /** Files below the table's folder. */
  countFiles(): number {
    return ["data", "metadata"].reduce(
      (files, folder) => files + readdirSync(join(this.table.location, folder)).length,
      0,
    );
  }
}

interface WrittenBytes {
  bytes: number;
}

/** The table writes everything but data files through these. */
function counting(files: TableFiles, written: WrittenBytes): TableFiles {
  const counted = (name: "write" | "writeNew" | "replace"): TableFiles["write"] => {
    return (path, bytes, modifiedMs) => {
      written.bytes += bytes.length;
      return files[name](path, bytes, modifiedMs);
    };
  };
  return { ...files, write: counted("write"), writeNew: counted("writeNew"), replace: counted("replace") };
}

function reading(row: number) {
  return {
    sensor_id: `sensor-${row % 10}`,
    timestamp: startMs / 1000 + row,
    location: `site-${row % 5}`,
    temperature: 20 + ((row * 7919) % 1000) / 100,
    humidity: 40 + ((row * 104_729) % 2000) / 100,
    pressure: 1000 + ((row * 1_299_709) % 3000) / 100,
  };
}

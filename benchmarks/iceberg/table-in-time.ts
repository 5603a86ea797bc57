import { copyFileSync, mkdirSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DataFile } from "../../local/iceberg/data-file";
import { maintain, type MaintenanceReport } from "../../local/iceberg/maintenance";
import type { ParquetWriter } from "../../local/iceberg/parquet-writer";
import { IcebergTable } from "../../local/iceberg/table";
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
  ) {}

  static async create(directory: string, writer: ParquetWriter, rowsPerFile: number): Promise<TableInTime> {
    const clock = { ms: startMs };
    mkdirSync(directory, { recursive: true });
    const table = await IcebergTable.openOrCreate(join(directory, "table"), sensorReadingColumns, {
      now: () => clock.ms,
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
    return new TableInTime(table, writer, { ...file, path }, clock);
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

  maintain(): Promise<MaintenanceReport> {
    return maintain(this.table, this.writer);
  }

  /** Files below the table's folder. */
  countFiles(): number {
    return ["data", "metadata"].reduce(
      (files, folder) => files + readdirSync(join(this.table.location, folder)).length,
      0,
    );
  }
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

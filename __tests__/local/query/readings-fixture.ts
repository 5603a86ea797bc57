import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ParquetWriter } from "../../../local/iceberg/parquet-writer";
import { IcebergTable } from "../../../local/iceberg/table";
import type { Warehouse } from "../../../local/warehouse";
import { sensorReadingColumns, type SensorReading } from "../../../pipeline/sensor-reading";

export const start = Date.parse("2026-01-01T00:00:00Z");

const locations = ["attic", "cellar", "dock"];

/** Readings that differ in every column, `perSecond` of them a second, some of one second and one temperature. */
export function readings(count: number, { from = 0, perSecond = 4 } = {}): SensorReading[] {
  return Array.from({ length: count }, (_, index) => {
    const n = from + index;
    const sensor = (n * 7) % 9;
    return {
      sensor_id: `sensor-${sensor}`,
      timestamp: start / 1000 + Math.floor(n / perSecond),
      location: locations[sensor % locations.length] ?? "",
      temperature: 15 + ((n * 37) % 1500) / 100,
      humidity: 30 + ((n * 53) % 4000) / 100,
      pressure: 990 + ((n * 11) % 4000) / 100,
    };
  });
}

/** Commits each batch of readings to the warehouse's table, the first at `start`, the others a minute apart. */
export async function commitReadings(
  warehouse: Warehouse,
  batches: readonly (readonly SensorReading[])[],
): Promise<IcebergTable> {
  let now = start;
  const table = await IcebergTable.openOrCreate(warehouse.tableLocation, sensorReadingColumns, {
    now: () => now,
  });
  const writer = await ParquetWriter.open();
  mkdirSync(warehouse.streamDirectory, { recursive: true });
  for (const batch of batches) {
    const path = join(warehouse.streamDirectory, "batch.ndjson");
    writeFileSync(path, batch.map((reading) => `${JSON.stringify(reading)}\n`).join(""));
    await table.append([await writer.write(path, table)]);
    now += 60_000;
  }
  writer.close();
  return table;
}

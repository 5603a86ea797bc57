import { rmSync } from "node:fs";
import { join } from "node:path";
import { HourlyMaintenance } from "../../local/hourly-maintenance";
import { ParquetWriter } from "../../local/iceberg/parquet-writer";
import { IcebergTable } from "../../local/iceberg/table";
import { VirtualClock } from "../../local/clock/virtual-clock";
import { sensorReadingColumns } from "../../pipeline/sensor-reading";
import { temporaryDirectory } from "./query/parquet-fixture";

const location = join(temporaryDirectory(), "table");

async function maintainHourly(breakTable: boolean) {
  const writer = await ParquetWriter.open();
  const table = await IcebergTable.openOrCreate(location, sensorReadingColumns);
  const clock = new VirtualClock(Date.UTC(2026, 0, 1));
  const heard: string[] = [];
  const maintenance = new HourlyMaintenance(
    table,
    writer,
    clock,
    () => heard.push("maintained"),
    ({ message }) => heard.push(message),
  );
  clock.waitFor(maintenance);
  if (breakTable) rmSync(location, { recursive: true });
  await clock.run(
    new Promise<void>((resolve) => {
      clock.setTimeout(resolve, 150 * 60_000);
    }),
  );
  const problem = await maintenance.close();
  writer.close();
  return { heard, problem };
}

test("maintains a table every hour", async () => {
  expect(await maintainHourly(false)).toEqual({ heard: ["maintained", "maintained"], problem: undefined });
});

test("fails aloud at once, and says at the end what is still amiss", async () => {
  const { heard, problem } = await maintainHourly(true);

  expect(heard).toHaveLength(2);
  expect(heard[0]).toMatch(/^The table could not be maintained: /);
  expect(problem?.message).toBe(heard[1]);
});

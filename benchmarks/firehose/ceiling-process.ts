import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { settings } from "../../pipeline/settings";
import { report, told } from "../part";
import { hourOfRecords } from "./hour";
import { emptyTable, rowsOnDisk } from "./parts";

// What cannot be saved: parse every record, write each buffer, copy it to Parquet, commit. One process, no HTTP,
// no record rules, no acknowledgement.

async function main(records: number): Promise<void> {
  const hour = hourOfRecords(records);
  const { places, table, writer } = await emptyTable();
  mkdirSync(places.streamDirectory, { recursive: true });
  report({ ready: true });
  await told();

  const start = process.hrtime.bigint();
  const bufferBytes = settings.deliveryStream.bufferingSizeMib * 2 ** 20;
  let buffer: Buffer[] = [];
  let bytes = 0;
  const deliver = async () => {
    const path = join(places.streamDirectory, "buffer.ndjson");
    writeFileSync(path, Buffer.concat(buffer));
    await table.append([await writer.write(path, table)]);
    buffer = [];
    bytes = 0;
  };
  for (const record of hour) {
    JSON.parse(record.toString());
    buffer.push(record);
    bytes += record.length;
    if (bytes >= bufferBytes) await deliver();
  }
  if (bytes > 0) await deliver();
  const milliseconds = Number(process.hrtime.bigint() - start) / 1e6;
  report({ milliseconds, rows: await rowsOnDisk(table) });
  process.disconnect();
}

void main(Number(process.argv[2]));

import { randomUUID } from "node:crypto";
import { systemClock } from "../../local/clock/clock";
import { DeliveryStream } from "../../local/firehose/delivery-stream";
import { createEndpoint } from "../../local/firehose/endpoint";
import { IcebergDestination } from "../../local/firehose/iceberg-destination";
import { sensorReadingColumns } from "../../pipeline/sensor-reading";
import { settings } from "../../pipeline/settings";
import { report, told } from "../part";
import { emptyTable, names, rowsOnDisk } from "./parts";

async function main(): Promise<void> {
  const { places, table, writer } = await emptyTable();
  const stream = DeliveryStream.open({
    names,
    settings: settings.deliveryStream,
    columns: sensorReadingColumns,
    directory: places.streamDirectory,
    errorBucket: places.errorBucket,
    destination: new IcebergDestination(table, writer),
    clock: systemClock,
    ids: randomUUID,
  });
  const endpoint = createEndpoint([stream], { ids: randomUUID });
  report(await endpoint.listen());
  await told();
  await stream.flush();
  report({ peakKilobytes: process.resourceUsage().maxRSS });
  report({ rows: await rowsOnDisk(table) });
  await endpoint.close();
  await stream.close();
  process.disconnect();
}

void main();

import { randomUUID } from "node:crypto";
import { sensorReadingColumns } from "../../../pipeline/sensor-reading";
import { pipelineNames } from "../../../pipeline/names";
import { systemClock } from "../../../local/clock/clock";
import { createEndpoint } from "../../../local/firehose/endpoint";
import { DeliveryStream } from "../../../local/firehose/delivery-stream";
import { IcebergDestination } from "../../../local/firehose/iceberg-destination";
import { IcebergTable } from "../../../local/iceberg/table";
import { ParquetWriter } from "../../../local/iceberg/parquet-writer";
import { warehouse } from "../../../local/warehouse";

// A whole local Firehose in a process that a test may kill: node crash-child.js WAREHOUSE. Buffers are tiny, so that
// a kill strikes deliveries as often as puts.

async function main(root: string): Promise<void> {
  const names = pipelineNames("firehosetos3demo");
  const { tableLocation, streamDirectory, errorBucket } = warehouse(root, names);
  const table = await IcebergTable.openOrCreate(tableLocation, sensorReadingColumns);
  const writer = await ParquetWriter.open();
  const stream = DeliveryStream.open({
    names,
    settings: { bufferingSizeMib: 0.01, bufferingIntervalSeconds: 60, retryDurationSeconds: 300 },
    columns: sensorReadingColumns,
    directory: streamDirectory,
    errorBucket,
    destination: new IcebergDestination(table, writer),
    clock: systemClock,
    ids: randomUUID,
  });
  process.send?.({ state: "recovering" });
  const { port } = await createEndpoint([stream], { ids: randomUUID }).listen();
  process.send?.({ state: "listening", port });
  process.on("message", () => {
    void stream.flush().then(() => process.send?.({ state: "flushed" }));
  });
  process.on("disconnect", () => process.exit());
}

void main(process.argv[2] ?? "");

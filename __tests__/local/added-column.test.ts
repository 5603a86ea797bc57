import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FirehoseClient, PutRecordBatchCommand } from "@aws-sdk/client-firehose";
import { noFaults } from "../../local/firehose/faults";
import { openLocalPipeline } from "../../local/local-pipeline";
import { openTable } from "../../local/query/open-table";
import { QuerySession } from "../../local/query/query-session";
import { warehouse } from "../../local/warehouse";
import { pipelineNames } from "../../pipeline/names";
import { sensorReadingColumns, type Column } from "../../pipeline/sensor-reading";
import { ManualClock } from "./firehose/manual-clock";

const names = pipelineNames("my-stack");
const directory = mkdtempSync(join(tmpdir(), "added-column-"));
const place = warehouse(directory, names);
const battery: Column = { name: "battery", type: "long", required: false, meaning: "Charge in percent" };
const reading = {
  sensor_id: "sensor-001",
  timestamp: 1,
  location: "office",
  temperature: 20.5,
  humidity: 50.5,
  pressure: 1000.5,
};

afterAll(() => {
  rmSync(directory, { recursive: true });
});

let nextId = 0;

/** Sends records over HTTP to a pipeline with these columns, and delivers them. */
async function send(columns: readonly Column[], records: readonly object[]): Promise<void> {
  const pipeline = await openLocalPipeline({
    names,
    warehouse: place,
    columns,
    clock: new ManualClock(),
    ids: () => `00000000-0000-4000-8000-${String(nextId++).padStart(12, "0")}`,
    faults: noFaults,
  });
  const client = new FirehoseClient({
    endpoint: pipeline.url,
    region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });
  try {
    const Records = records.map((record) => ({ Data: Buffer.from(JSON.stringify(record)) }));
    await client.send(new PutRecordBatchCommand({ DeliveryStreamName: names.deliveryStream, Records }));
    await pipeline.stream.flush();
  } finally {
    client.destroy();
    await pipeline.close();
  }
}

function failedRecords(): string {
  const folder = join(place.errorBucket, "errors");
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
    .join("");
}

it("a column added to the schema reaches the rules, the files and the queries; older rows have null there", async () => {
  await send(sensorReadingColumns, [reading, { ...reading, battery: "ignored: it is no column yet" }]);

  await send(
    [...sensorReadingColumns, battery],
    [
      { ...reading, battery: 87 },
      { ...reading, battery: "not a number" },
    ],
  );

  const session = await QuerySession.open(names, await openTable(place.tableLocation, {}));
  const { rows } = await session.run(
    `SELECT count(*), count(battery), max(battery), count(temperature) FROM ${names.athenaTable}`,
  );
  session.close();
  expect(rows).toEqual([[3, 1, 87, 3]]);
  expect(failedRecords()).toContain("Iceberg.SchemaTypeMismatch");
});

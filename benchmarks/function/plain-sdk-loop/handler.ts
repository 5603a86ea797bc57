import { FirehoseClient, PutRecordBatchCommand } from "@aws-sdk/client-firehose";

const client = new FirehoseClient();
const locations = ["warehouse-a", "warehouse-b", "warehouse-c", "office", "datacenter"];

const between = (min: number, max: number) => Math.round((min + Math.random() * (max - min)) * 100) / 100;

/**
 * The least that sends the same 50 batches of 200 readings with the AWS SDK: no pace, no retries of its own, no
 * seed, no log. What the data generator is measured against, built and run in the same way.
 */
export async function handler(): Promise<{ readonly records: number }> {
  let records = 0;
  for (let batch = 0; batch < 50; batch += 1) {
    const timestamp = Math.floor(Date.now() / 1000);
    const Records = Array.from({ length: 200 }, (_, index) => {
      const sensor = index % 10;
      const reading = {
        sensor_id: `sensor-${String(sensor + 1).padStart(3, "0")}`,
        timestamp,
        location: locations[Math.floor(sensor / 2)],
        temperature: between(18, 28),
        humidity: between(40, 80),
        pressure: between(1000, 1020),
      };
      return { Data: Buffer.from(`${JSON.stringify(reading)}\n`) };
    });
    const { FailedPutCount } = await client.send(
      new PutRecordBatchCommand({ DeliveryStreamName: process.env.STREAM_NAME, Records }),
    );
    records += Records.length - (FailedPutCount ?? 0);
  }
  return { records };
}

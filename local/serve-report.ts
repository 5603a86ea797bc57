import { encodeReading } from "../pipeline/encode-reading";
import type { PipelineNames } from "../pipeline/names";
import type { SensorReading } from "../pipeline/sensor-reading";
import { settings } from "../pipeline/settings";
import type { BufferingSettings } from "./firehose/delivery-stream";
import type { ServedSummary } from "./local-server";
import type { Warehouse } from "./warehouse";

export interface Serving {
  readonly names: PipelineNames;
  readonly warehouse: Warehouse;
  readonly buffering: BufferingSettings;
  readonly withGenerator: boolean;
  readonly url: string;
}

/** A record that the table takes. */
const example: SensorReading = {
  sensor_id: "my-sensor",
  timestamp: 1_767_225_600,
  location: "my-desk",
  temperature: 21.5,
  humidity: 40,
  pressure: 1013,
};

/** What a developer needs to send something: the environment variables, and a line for each kind of client. */
export function startText({ names, warehouse, buffering, withGenerator, url }: Serving): string {
  const { bufferingSizeMib, bufferingIntervalSeconds } = buffering;
  const { recordsPerSecond, runSeconds, scheduleSeconds } = settings.generator;
  const record = encodeReading(example).trimEnd();
  const stream = names.deliveryStream;
  const generator = withGenerator
    ? `${count(recordsPerSecond * runSeconds)} records every ${scheduleSeconds} s (off with --no-generator)`
    : "off";
  return `
  Dashboard   ${url}/
  Firehose    ${url}, delivery stream ${stream}
  Table       ${warehouse.tableLocation}
  Buffering   ${bufferingSizeMib} MiB or ${bufferingIntervalSeconds} s, whichever comes first (sooner with --buffer-seconds 5)
  Generator   ${generator}

Any AWS client can send here. Signatures are not checked, but clients want something to sign with:

  export AWS_ENDPOINT_URL_FIREHOSE=${url} AWS_REGION=${settings.region} AWS_DEFAULT_REGION=${settings.region}
  export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local

AWS CLI 2 (version 1 without --cli-binary-format and its value):
  aws firehose put-record --delivery-stream-name ${stream} --cli-binary-format raw-in-base64-out --record '${JSON.stringify({ Data: record })}'
boto3:
  python3 -c 'import boto3; print(boto3.client("firehose").put_record(DeliveryStreamName="${stream}", Record={"Data": """${record}"""}))'
AWS SDK for JavaScript:
  node -e 'const { Firehose } = require("@aws-sdk/client-firehose"); new Firehose().putRecord({ DeliveryStreamName: "${stream}", Record: { Data: Buffer.from(\`${record}\`) } }).then(console.log)'

Ctrl-C delivers what is buffered and stops.
`;
}

/** What became of everything that was acknowledged. */
export function summaryText({ counts, left }: ServedSummary, warehouse: Warehouse): string {
  const { acknowledged, delivered, failed, deliveries } = counts;
  const { errorPrefix, errorOutputType } = settings.deliveryStream;
  const lines = [
    `${count(acknowledged)} records acknowledged.`,
    `${count(delivered)} rows written to ${warehouse.tableLocation} in ${plural(deliveries, "delivery", "deliveries")}.`,
    failed > 0 &&
      `${count(failed)} records failed; see ${warehouse.errorBucket}/${errorPrefix}${errorOutputType}/.`,
    left.records > 0 &&
      `${count(left.records)} records are still in ${warehouse.streamDirectory}; they are delivered at the next start.`,
  ];
  return lines.filter((line) => line !== false).join("\n");
}

const count = (value: number) => value.toLocaleString("en-US");
const plural = (value: number, one: string, many: string) => `${count(value)} ${value === 1 ? one : many}`;

import type { Context, ScheduledEvent } from "aws-lambda";
import { systemClock } from "./clock";
import { readConfiguration } from "./configuration";
import { generateData, type DataGeneratorOptions, type RunAnswer } from "./data-generator";
import { putRecordBatch } from "./put-record-batch";
import { sensors } from "./sensors";

const configuration = readConfiguration(process.env);

const options: DataGeneratorOptions = {
  configuration,
  sensors,
  put: putRecordBatch(configuration.streamName, {}),
  clock: systemClock,
  random: () => Math.random(),
  // Not console.log: Lambda's runtime would put a prefix before the JSON.
  writeLine: (line) => process.stdout.write(`${line}\n`),
};

/** What the schedule invokes. */
export async function handler(_event: ScheduledEvent, context: Context): Promise<RunAnswer> {
  return await generateData(options, context);
}

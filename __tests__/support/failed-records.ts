/** Fields of a failed record's line, as Firehose writes them. */
export interface FailedLine {
  readonly data: string | Buffer;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly arrivalTimestamp?: number;
  readonly [other: string]: unknown;
}

const arrival = Date.parse("2026-03-04T05:06:07Z");

/** One line of an error object. */
export function failedLine({ data, ...fields }: FailedLine): string {
  return `${JSON.stringify({
    attemptsMade: 4,
    arrivalTimestamp: arrival,
    errorCode: "Iceberg.MissingColumnWithinRecord",
    errorMessage: "One or more columns are missing in the record",
    attemptEndingTimestamp: arrival + 60_000,
    ...fields,
    rawData: Buffer.from(data).toString("base64"),
  })}\n`;
}

/** The key of an error object. */
export function errorKey(hour: string, id: string): string {
  return `errors/iceberg-failed/${hour}/my-stream-1-${hour.replaceAll("/", "-")}-00-00-${id}`;
}

/** Readings whose number tells them apart. */
export function numberedReading(number: number): string {
  const reading = {
    sensor_id: `sensor-${String(number).padStart(6, "0")}`,
    timestamp: 1772600000,
    location: "office",
    temperature: 21.5,
    humidity: 50.5,
  };
  return `${JSON.stringify(reading)}\n`;
}

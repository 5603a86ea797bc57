import { encodeReading } from "../../pipeline/encode-reading";
import { settings } from "../../pipeline/settings";

const { recordsPerSecond, runSeconds, scheduleSeconds } = settings.generator;

/** Records in an hour of the pipeline: 60 runs of 50 seconds. */
export const recordsPerHour = (3600 / scheduleSeconds) * recordsPerSecond * runSeconds;

/** The records of an hour, alike in size and variety to the generator's, and the same each time. */
export function hourOfRecords(records = recordsPerHour): Buffer[] {
  const start = Date.UTC(2026, 0, 1) / 1000;
  return Array.from({ length: records }, (_, n) => {
    const reading = {
      sensor_id: `sensor_${String(n % 10).padStart(3, "0")}`,
      timestamp: start + Math.floor(n / recordsPerSecond),
      location: `warehouse_${"ABCDE".charAt(n % 5)}`,
      temperature: 20 + ((n * 7) % 1000) / 100,
      humidity: 40 + ((n * 11) % 2000) / 100,
      pressure: 1000 + ((n * 13) % 3000) / 100,
    };
    return Buffer.from(encodeReading(reading));
  });
}

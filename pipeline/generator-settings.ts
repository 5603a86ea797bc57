import { encodeReading } from "./encode-reading";
import { directPutQuota, putRecordBatchLimits } from "./firehose-limits";
import type { SensorReading } from "./sensor-reading";

/** What one run of the data generator sends. */
export interface GeneratorSettings {
  readonly recordsPerSecond: number;
  readonly runSeconds: number;
  /** An unsigned 32-bit integer. */
  readonly seed: number;
}

/** What a run has to fit into. */
export interface GeneratorSchedule {
  /** Seconds from one scheduled run to the next. */
  readonly scheduleSeconds: number;
  /** The function's timeout. */
  readonly timeoutSeconds: number;
}

/** What a run keeps back from the function's timeout, to log its counts and return. */
export const reservedSeconds = 2;

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const longestTimeoutSeconds = 900;
const largestSeed = 2 ** 32 - 1;

/** As long as a reading of the generator's sensors gets. */
const longestReading: SensorReading = {
  sensor_id: "sensor-010",
  timestamp: 9_999_999_999,
  location: "warehouse-a",
  temperature: 28,
  humidity: 80,
  pressure: 1020,
};

/** The most that one of the generator's records takes, in bytes before base64. */
export const longestRecordBytes = encodeReading(longestReading).length;

/** What the settings are called where the user sets them. */
const settingsKeys: Readonly<Record<keyof GeneratorSettings, string>> = {
  recordsPerSecond: "generator.recordsPerSecond",
  runSeconds: "generator.runSeconds",
  seed: "generator.seed",
};

const count = (value: number) => value.toLocaleString("en-US");

/**
 * Everything that is wrong with the settings, each as one sentence; none when they are good.
 *
 * @param settings the schedule is checked where it is given; the function learns its deadline only from Lambda
 * @param region where the stream is, or undefined at synthesis when it is known only at plan: then only what no
 *   Region allows is refused
 * @param keys what to call the settings in the sentences
 */
export function generatorSettingsProblems(
  settings: GeneratorSettings & Partial<GeneratorSchedule>,
  region?: string,
  keys = settingsKeys,
): string[] {
  const { recordsPerSecond, runSeconds, seed, timeoutSeconds, scheduleSeconds } = settings;
  const problems: string[] = [];
  const refuse = (key: keyof GeneratorSettings, rule: string) =>
    problems.push(`${keys[key]} must be ${rule}; received ${settings[key]}`);

  const quota = directPutQuota(region);
  const most = Math.min(
    quota.recordsPerSecond,
    quota.requestsPerSecond * putRecordBatchLimits.records,
    Math.floor(quota.bytesPerSecond / longestRecordBytes),
  );
  if (!isWhole(recordsPerSecond, 1)) refuse("recordsPerSecond", "a whole number from 1");
  else if (recordsPerSecond > most) {
    refuse(
      "recordsPerSecond",
      `at most ${count(most)}, because by default a Direct PUT stream in ${region ?? "any Region"} takes ` +
        `${count(quota.recordsPerSecond)} records and ${count(quota.bytesPerSecond)} bytes a second and a reading ` +
        `has up to ${longestRecordBytes} bytes (once AWS has raised the quota, raise it in pipeline/firehose-limits.ts)`,
    );
  }

  if (!isWhole(runSeconds, 1)) refuse("runSeconds", "a whole number from 1");
  else {
    if (timeoutSeconds !== undefined && runSeconds + reservedSeconds > timeoutSeconds) {
      refuse(
        "runSeconds",
        `at most ${timeoutSeconds - reservedSeconds}, the function's timeout of ${timeoutSeconds} s less ` +
          `${reservedSeconds} s to finish in`,
      );
    }
    if (scheduleSeconds !== undefined && runSeconds > scheduleSeconds) {
      refuse("runSeconds", `at most ${scheduleSeconds}, the seconds from one scheduled run to the next`);
    }
  }

  if (!isWhole(seed, 0) || seed > largestSeed)
    refuse("seed", `a whole number from 0 to ${count(largestSeed)}`);
  if (timeoutSeconds !== undefined && timeoutSeconds > longestTimeoutSeconds) {
    problems.push(
      `generator.timeoutSeconds must be at most ${longestTimeoutSeconds}, Lambda's limit; received ${timeoutSeconds}`,
    );
  }
  return problems;
}

function isWhole(value: number, least: number): boolean {
  return Number.isSafeInteger(value) && value >= least;
}

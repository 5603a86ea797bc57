import type { GeneratorSettings } from "./generator-settings";

/** The environment variables that the data generator reads. */
export const generatorVariables = {
  streamName: "STREAM_NAME",
  recordsPerSecond: "RECORDS_PER_SECOND",
  runSeconds: "RUN_SECONDS",
  seed: "SEED",
} as const;

/** The data generator's environment: what the constructs and the local function runner set. */
export function generatorEnvironment(
  { recordsPerSecond, runSeconds, seed }: GeneratorSettings,
  streamName: string,
): Record<string, string> {
  return {
    [generatorVariables.streamName]: streamName,
    [generatorVariables.recordsPerSecond]: String(recordsPerSecond),
    [generatorVariables.runSeconds]: String(runSeconds),
    [generatorVariables.seed]: String(seed),
  };
}

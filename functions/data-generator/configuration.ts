import { generatorVariables } from "../../pipeline/generator-environment";
import { generatorSettingsProblems, type GeneratorSettings } from "../../pipeline/generator-settings";
import { settings } from "../../pipeline/settings";
import { InvalidConfigurationError } from "./errors";

export interface Configuration extends GeneratorSettings {
  readonly streamName: string;
}

/** https://docs.aws.amazon.com/firehose/latest/APIReference/API_PutRecordBatch.html */
const streamNamePattern = /^[a-zA-Z0-9_.-]{1,64}$/;

/**
 * Reads the function's settings. The stream's name must be given; the rest falls back to pipeline/settings.ts.
 *
 * @param environment Lambda's; with AWS_REGION, on which the stream's quota depends
 * @throws InvalidConfigurationError with all problems together
 */
export function readConfiguration(environment: Readonly<Record<string, string | undefined>>): Configuration {
  const problems: string[] = [];
  const streamName = environment[generatorVariables.streamName] ?? "";
  if (!streamNamePattern.test(streamName)) {
    problems.push(
      `${generatorVariables.streamName} must be a delivery stream's name (1 to 64 letters, digits, "_", "." or "-"); ` +
        (streamName === "" ? "it is not set" : `received "${streamName}"`),
    );
  }

  const wholeNumber = (key: keyof GeneratorSettings): number => {
    const text = environment[generatorVariables[key]] ?? "";
    if (text === "") return settings.generator[key];
    if (/^\d+$/.test(text)) return Number(text);
    problems.push(`${generatorVariables[key]} must be a whole number; received "${text}"`);
    return settings.generator[key];
  };
  const configuration = {
    streamName,
    recordsPerSecond: wholeNumber("recordsPerSecond"),
    runSeconds: wholeNumber("runSeconds"),
    seed: wholeNumber("seed"),
  };

  problems.push(...generatorSettingsProblems(configuration, environment.AWS_REGION, generatorVariables));
  if (problems.length > 0) throw new InvalidConfigurationError(problems);
  return configuration;
}

import { readConfiguration } from "../../../functions/data-generator/configuration";
import { InvalidConfigurationError } from "../../../functions/data-generator/errors";
import { generatorEnvironment } from "../../../pipeline/generator-environment";
import { settings } from "../../../pipeline/settings";

function problemsOf(environment: Record<string, string>): readonly string[] {
  try {
    readConfiguration(environment);
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidConfigurationError);
    return (error as InvalidConfigurationError).problems;
  }
}

describe("the function's configuration", () => {
  it("is read back from the environment that the constructs set", () => {
    const wanted = { recordsPerSecond: 40, runSeconds: 20, seed: 7 };

    expect(readConfiguration(generatorEnvironment(wanted, "my-stream"))).toEqual({
      ...wanted,
      streamName: "my-stream",
    });
  });

  it.each([[{}], [{ RECORDS_PER_SECOND: "", RUN_SECONDS: "", SEED: "" }]])(
    "falls back to the pipeline's settings for %j",
    (environment) => {
      const { recordsPerSecond, runSeconds, seed } = settings.generator;

      expect(readConfiguration({ STREAM_NAME: "my-stream", ...environment })).toEqual({
        streamName: "my-stream",
        recordsPerSecond,
        runSeconds,
        seed,
      });
    },
  );

  it("accepts every character that a stream's name may have", () => {
    expect(readConfiguration({ STREAM_NAME: "My_stream.1-a" }).streamName).toBe("My_stream.1-a");
  });

  it("rejects a missing stream name", () => {
    expect(problemsOf({})).toEqual([expect.stringMatching(/^STREAM_NAME must be .*; it is not set$/)]);
  });

  it.each(["a/b", "a b", "x".repeat(65)])('rejects the stream name "%s"', (name) => {
    expect(problemsOf({ STREAM_NAME: name })).toEqual([expect.stringContaining(`received "${name}"`)]);
  });

  it.each([
    ["RECORDS_PER_SECOND", "many"],
    ["RECORDS_PER_SECOND", "1.5"],
    ["RUN_SECONDS", "-1"],
    ["SEED", "0x1"],
    ["SEED", " 1"],
  ])('rejects %s="%s"', (variable, value) => {
    expect(problemsOf({ STREAM_NAME: "stream", [variable]: value })).toEqual([
      `${variable} must be a whole number; received "${value}"`,
    ]);
  });

  it("rejects numbers that the settings' rules refuse, under the variable's name", () => {
    expect(problemsOf({ STREAM_NAME: "stream", RUN_SECONDS: "0" })).toEqual([
      "RUN_SECONDS must be a whole number from 1; received 0",
    ]);
  });

  it("rejects a rate above the quota of the function's Region", () => {
    const environment = { STREAM_NAME: "stream", RECORDS_PER_SECOND: "20000" };

    expect(problemsOf({ ...environment, AWS_REGION: "us-east-1" })).toEqual([]);
    expect(problemsOf({ ...environment, AWS_REGION: "eu-central-1" })).toEqual([
      expect.stringContaining("eu-central-1"),
    ]);
  });

  it("rejects everything that is wrong at once", () => {
    const environment = { STREAM_NAME: "", RECORDS_PER_SECOND: "no", RUN_SECONDS: "0", SEED: "5000000000" };

    const problems = problemsOf(environment);

    expect(problems.map((problem) => problem.split(" ")[0])).toEqual([
      "STREAM_NAME",
      "RECORDS_PER_SECOND",
      "RUN_SECONDS",
      "SEED",
    ]);
    expect(() => readConfiguration(environment)).toThrow(
      /^The data generator cannot start\. STREAM_NAME .*\. RECORDS_PER_SECOND .*\. RUN_SECONDS .*\. SEED .*\.$/,
    );
  });
});

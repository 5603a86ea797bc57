import { directPutQuota, putRecordBatchLimits } from "../../pipeline/firehose-limits";
import { generatorEnvironment, generatorVariables } from "../../pipeline/generator-environment";
import { generatorSettingsProblems, longestRecordBytes } from "../../pipeline/generator-settings";
import { settings } from "../../pipeline/settings";

const good = { recordsPerSecond: 200, runSeconds: 50, seed: 1 };

/** The highest rate that a Region's quota allows, reckoned from the quota's own bytes. */
const mostIn = (region: string) => Math.floor(directPutQuota(region).bytesPerSecond / longestRecordBytes);

describe("the generator's settings", () => {
  it.each([undefined, "us-east-1", "eu-central-1"])("have no problem by default (Region: %s)", (region) => {
    expect(generatorSettingsProblems(settings.generator, region)).toEqual([]);
  });

  it.each([
    ["us-east-1", "us-east-1"],
    ["eu-central-1", "eu-central-1"],
    [undefined, "us-east-1"],
  ])("may use the whole quota (Region: %s)", (region, like) => {
    const recordsPerSecond = mostIn(like);

    expect(generatorSettingsProblems({ ...good, recordsPerSecond }, region)).toEqual([]);
    expect(
      generatorSettingsProblems({ ...good, recordsPerSecond: recordsPerSecond + 1 }, region),
    ).toHaveLength(1);
  });

  it("rejects a rate above the quota with the numbers behind it and the way out", () => {
    expect(generatorSettingsProblems({ ...good, recordsPerSecond: 9000 }, "eu-central-1")).toEqual([
      `generator.recordsPerSecond must be at most ${mostIn("eu-central-1").toLocaleString("en-US")}, because by ` +
        "default a Direct PUT stream in eu-central-1 takes 100,000 records and 1,048,576 bytes a second and a " +
        `reading has up to ${longestRecordBytes} bytes (once AWS has raised the quota, raise it in ` +
        "pipeline/firehose-limits.ts); received 9000",
    ]);
  });

  it.each([0, -1, 1.5, NaN, Infinity])("rejects %d records a second and %d run seconds", (value) => {
    expect(generatorSettingsProblems({ ...good, recordsPerSecond: value, runSeconds: value })).toEqual([
      `generator.recordsPerSecond must be a whole number from 1; received ${value}`,
      `generator.runSeconds must be a whole number from 1; received ${value}`,
    ]);
  });

  it.each([-1, 0.5, 2 ** 32, NaN])("rejects the seed %d", (seed) => {
    expect(generatorSettingsProblems({ ...good, seed })).toEqual([
      `generator.seed must be a whole number from 0 to 4,294,967,295; received ${seed}`,
    ]);
  });

  it.each([0, 2 ** 32 - 1])("may have the seed %d", (seed) => {
    expect(generatorSettingsProblems({ ...good, seed })).toEqual([]);
  });

  it("rejects a run that the function's timeout would cut off", () => {
    expect(generatorSettingsProblems({ ...good, runSeconds: 58, timeoutSeconds: 60 })).toEqual([]);
    expect(generatorSettingsProblems({ ...good, runSeconds: 59, timeoutSeconds: 60 })).toEqual([
      "generator.runSeconds must be at most 58, the function's timeout of 60 s less 2 s to finish in; received 59",
    ]);
  });

  it("rejects a run that the next one would overlap", () => {
    const schedule = { timeoutSeconds: 900, scheduleSeconds: 60 };

    expect(generatorSettingsProblems({ ...good, ...schedule, runSeconds: 60 })).toEqual([]);
    expect(generatorSettingsProblems({ ...good, ...schedule, runSeconds: 61 })).toEqual([
      "generator.runSeconds must be at most 60, the seconds from one scheduled run to the next; received 61",
    ]);
  });

  it("rejects a timeout beyond Lambda's", () => {
    expect(generatorSettingsProblems({ ...good, timeoutSeconds: 901 })).toEqual([
      "generator.timeoutSeconds must be at most 900, Lambda's limit; received 901",
    ]);
  });

  it("rejects everything that is wrong at once", () => {
    const problems = generatorSettingsProblems({
      recordsPerSecond: 0,
      runSeconds: 0,
      seed: -1,
      timeoutSeconds: 1000,
    });

    expect(problems).toHaveLength(4);
  });

  it("cannot ask for more calls than the quota allows", () => {
    for (const region of ["us-east-1", "eu-central-1"]) {
      const calls = mostIn(region) / putRecordBatchLimits.records;
      expect(calls).toBeLessThan(directPutQuota(region).requestsPerSecond);
    }
  });
});

describe("the generator's environment", () => {
  it("holds the stream's name and the settings, and nothing else", () => {
    expect(generatorEnvironment(settings.generator, "my-stream")).toEqual({
      STREAM_NAME: "my-stream",
      RECORDS_PER_SECOND: "200",
      RUN_SECONDS: "50",
      SEED: "1",
    });
  });

  it("has a variable for each", () => {
    expect(Object.keys(generatorEnvironment(settings.generator, "s"))).toEqual(
      Object.values(generatorVariables),
    );
  });
});

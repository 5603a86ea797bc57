import fc from "../../support/fast-check";
import { join } from "node:path";
import * as ts from "typescript";
import { readingAt, type ReadingKey } from "../../../functions/data-generator/readings";
import { measurements, sensors, type Quantity } from "../../../functions/data-generator/sensors";
import { encodeReading } from "../../../pipeline/encode-reading";
import { longestRecordBytes } from "../../../pipeline/generator-settings";
import { sensorReadingColumns } from "../../../pipeline/sensor-reading";

const quantities = Object.keys(measurements) as Quantity[];
const midnight = 1_767_225_600;
const anyKey: fc.Arbitrary<ReadingKey> = fc.record({
  seed: fc.nat(2 ** 32 - 1),
  index: fc.nat(1_000_000),
  timestamp: fc.nat(9_999_999_999),
});

/** The readings of a day at one location, one a minute from each of its sensors. */
function dayAt(location: string) {
  const places = sensors.flatMap((sensor, place) => (sensor.location === location ? [place] : []));
  return Array.from({ length: 1440 }, (_, minute) => minute).flatMap((minute) =>
    places.map((index) => readingAt(sensors, { seed: 1, index, timestamp: midnight + minute * 60 })),
  );
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe("the sensors", () => {
  it("are ten, two at each location", () => {
    expect(sensors.map(({ id, location }) => [id, location])).toEqual([
      ["sensor-001", "warehouse-a"],
      ["sensor-002", "warehouse-a"],
      ["sensor-003", "warehouse-b"],
      ["sensor-004", "warehouse-b"],
      ["sensor-005", "warehouse-c"],
      ["sensor-006", "warehouse-c"],
      ["sensor-007", "office"],
      ["sensor-008", "office"],
      ["sensor-009", "datacenter"],
      ["sensor-010", "datacenter"],
    ]);
  });

  it("are visited round robin", () => {
    const ids = Array.from(
      { length: 21 },
      (_, index) => readingAt(sensors, { seed: 1, index, timestamp: 0 }).sensor_id,
    );

    expect(ids.slice(0, 10)).toEqual(sensors.map(({ id }) => id));
    expect(ids.slice(10, 20)).toEqual(ids.slice(0, 10));
    expect(ids[20]).toBe("sensor-001");
  });
});

describe("a reading", () => {
  it("has exactly the table's columns", () => {
    const reading = readingAt(sensors, { seed: 1, index: 0, timestamp: midnight });

    expect(Object.keys(reading)).toEqual(sensorReadingColumns.map(({ name }) => name));
  });

  it("is the same for the same seed, place and time", () => {
    fc.assert(
      fc.property(anyKey, (key) => {
        expect(readingAt(sensors, key)).toEqual(readingAt(sensors, { ...key }));
      }),
      { seed: 1 },
    );
  });

  it.each(["seed", "index", "timestamp"] as const)("is another for another %s", (part) => {
    const key = { seed: 1, index: 40, timestamp: midnight };
    const step = part === "index" ? sensors.length : 1;
    const other = readingAt(sensors, { ...key, [part]: key[part] + step });
    const measured = readingAt(sensors, key);

    expect(quantities.map((quantity) => other[quantity])).not.toEqual(
      quantities.map((quantity) => measured[quantity]),
    );
  });

  it("keeps to the ranges and to two decimals", () => {
    fc.assert(
      fc.property(anyKey, (key) => {
        const reading = readingAt(sensors, key);
        for (const quantity of quantities) {
          const value = reading[quantity];
          expect(value).toBeGreaterThanOrEqual(measurements[quantity].min);
          expect(value).toBeLessThanOrEqual(measurements[quantity].max);
          expect(value).toBe(Number(value.toFixed(2)));
        }
      }),
      { numRuns: 2000, seed: 1 },
    );
  });

  it("keeps to the ranges when a location's climate does not", () => {
    const course = { level: 5000, swing: 10_000, peakHour: 0 };
    const climate = { temperature: course, humidity: course, pressure: course };
    const extreme = [{ id: "sensor", location: "volcano", climate }];

    const temperatures = [0, 12].map(
      (hour) => readingAt(extreme, { seed: 1, index: 0, timestamp: midnight + hour * 3600 }).temperature,
    );

    expect(temperatures).toEqual([28, 18]);
  });

  it("is no longer, encoded, than what the settings reckon with", () => {
    fc.assert(
      fc.property(anyKey, (key) => {
        expect(Buffer.byteLength(encodeReading(readingAt(sensors, key)))).toBeLessThanOrEqual(
          longestRecordBytes,
        );
      }),
      { numRuns: 1000, seed: 1 },
    );
  });

  it("fails without sensors", () => {
    expect(() => readingAt([], { seed: 1, index: 0, timestamp: 0 })).toThrow("at least one sensor");
  });
});

describe("the signal", () => {
  it("has its own level at each location", () => {
    for (const { location, climate } of sensors) {
      const offLevel =
        mean(dayAt(location).map(({ temperature }) => temperature)) - climate.temperature.level;

      expect(Math.abs(offLevel)).toBeLessThan(measurements.temperature.bias);
    }
    expect(new Set(sensors.map(({ climate }) => climate.temperature.level)).size).toBe(5);
  });

  it("is warmer in the afternoon than before dawn", () => {
    const atHour = (hour: number) =>
      mean(
        dayAt("warehouse-a")
          .filter(({ timestamp }) => Math.floor((timestamp - midnight) / 3600) === hour)
          .map(({ temperature }) => temperature),
      );

    expect(atHour(15) - atHour(3)).toBeGreaterThan(3);
  });

  it("moves between two readings of one sensor in one second", () => {
    const values = Array.from(
      { length: 20 },
      (_, n) => readingAt(sensors, { seed: 1, index: n * sensors.length, timestamp: midnight }).temperature,
    );

    expect(new Set(values).size).toBeGreaterThan(10);
    expect(Math.max(...values) - Math.min(...values)).toBeLessThan(2);
  });

  it.each(Array.from({ length: 24 }, (_, hour) => hour))(
    "has readings above and below 25 degrees at %i:00 UTC, for the query on high temperatures",
    (hour) => {
      const temperatures = Array.from(
        { length: 10_000 },
        (_, index) => readingAt(sensors, { seed: 1, index, timestamp: midnight + hour * 3600 }).temperature,
      );

      const share = temperatures.filter((temperature) => temperature > 25).length / temperatures.length;
      expect(share).toBeGreaterThan(0);
      expect(share).toBeLessThan(0.5);
    },
  );
});

describe("a column added to the schema", () => {
  it("fails to compile until the generator fills it", () => {
    const schema = join(__dirname, "../../../pipeline/sensor-reading.ts");
    const options: ts.CompilerOptions = {
      ...ts.parseJsonConfigFileContent(
        ts.readConfigFile(join(__dirname, "../../../tsconfig.json"), (path) => ts.sys.readFile(path)).config,
        ts.sys,
        join(__dirname, "../../.."),
      ).options,
      types: [],
    };
    const problemsWith = (addedColumn: string) => {
      const host = ts.createCompilerHost(options);
      const readSource = host.getSourceFile.bind(host);
      host.getSourceFile = (path, language, ...rest) =>
        path === schema.replaceAll("\\", "/")
          ? ts.createSourceFile(
              path,
              (ts.sys.readFile(path) ?? "").replace("\n] as const", `\n  ${addedColumn}\n] as const`),
              language,
            )
          : readSource(path, language, ...rest);
      const file = join(__dirname, "../../../functions/data-generator/readings.ts");
      const program = ts.createProgram([file], options, host);
      return program
        .getSemanticDiagnostics(program.getSourceFile(file))
        .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, " "));
    };

    expect(problemsWith("")).toEqual([]);
    expect(
      problemsWith('{ name: "battery", type: "double", required: false, meaning: "Charge in percent" },'),
    ).toEqual([expect.stringContaining("'battery' is missing")]);
  });
});

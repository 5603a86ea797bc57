import fc from "../support/fast-check";
import { encodeDouble, encodeReading, UnencodableValueError } from "../../pipeline/encode-reading";
import { sensorReadingColumns, type SensorReading } from "../../pipeline/sensor-reading";

const reading: SensorReading = {
  sensor_id: "sensor-001",
  timestamp: 1_767_225_600,
  location: "warehouse-a",
  temperature: 25,
  humidity: 40.5,
  pressure: 1013.25,
};

const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
const anyText = fc.string({ unit: "binary" });
const anyReading: fc.Arbitrary<SensorReading> = fc.record({
  sensor_id: anyText,
  timestamp: fc.maxSafeInteger(),
  location: anyText,
  temperature: finite,
  humidity: finite,
  pressure: finite,
});

describe("encoding a reading", () => {
  it("gives one JSON object with the columns in their order, and a newline", () => {
    expect(encodeReading(reading)).toBe(
      '{"sensor_id":"sensor-001","timestamp":1767225600,"location":"warehouse-a",' +
        '"temperature":25.00,"humidity":40.50,"pressure":1013.25}\n',
    );
  });

  it("leaves out nothing and adds nothing", () => {
    const keys = Object.keys(JSON.parse(encodeReading({ ...reading, extra: 1 } as SensorReading)) as object);

    expect(keys).toEqual(sensorReadingColumns.map(({ name }) => name));
  });

  it("parses back to what was meant, whatever it is", () => {
    fc.assert(
      fc.property(anyReading, (value) => {
        const parsed = JSON.parse(encodeReading(value)) as SensorReading;
        for (const { name } of sensorReadingColumns) {
          // Zero may lose its sign.
          const [meant, got] = [value, parsed].map((row) => (row[name] === 0 ? 0 : row[name]));
          expect(got).toBe(meant);
        }
      }),
      { numRuns: 1000, seed: 1 },
    );
  });

  it("is one line, whatever the strings hold", () => {
    fc.assert(
      fc.property(anyReading, (value) => {
        expect(encodeReading(value).indexOf("\n")).toBe(encodeReading(value).length - 1);
      }),
      { seed: 1 },
    );
  });

  it("parses back after UTF-8, in which lone surrogates would be lost", () => {
    const value = { ...reading, location: "Zürich 東京 🌡 \ud800" };

    const bytes = Buffer.from(encodeReading(value));

    expect(JSON.parse(bytes.toString())).toEqual(value);
  });

  it.each([1.5, NaN, Infinity, 2 ** 53])("rejects %d for a long", (timestamp) => {
    expect(() => encodeReading({ ...reading, timestamp })).toThrow(UnencodableValueError);
  });

  it.each([NaN, Infinity, -Infinity])("rejects %d for a double", (pressure) => {
    expect(() => encodeReading({ ...reading, pressure })).toThrow(UnencodableValueError);
  });
});

describe("encoding a double", () => {
  it.each([
    [25, "25.00"],
    [25.1, "25.10"],
    [25.15, "25.15"],
    [1.005, "1.005"],
    [0, "0.00"],
    [-0, "0.00"],
    [0.07, "0.07"],
    [-25, "-25.00"],
    [-0.5, "-0.50"],
    [25.125, "25.125"],
    [0.1 + 0.2, "0.30000000000000004"],
    [2 ** 43, "8796093022208.00"],
    [2 ** 43 - 0.25, "8796093022207.75"],
    [1e20, "100000000000000000000.00"],
    [1e21, "1.0e+21"],
    [-1.5e300, "-1.5e+300"],
    [5e-324, "5.0e-324"],
    [1e-7, "1.0e-7"],
  ])("writes %d as %s", (value, text) => {
    expect(encodeDouble(value)).toBe(text);
  });

  it("always has a decimal point and reads back as the same number", () => {
    fc.assert(
      fc.property(fc.oneof(finite, fc.integer(), fc.maxSafeInteger()), (value) => {
        const text = encodeDouble(value);
        expect(text).toMatch(/^-?\d+\.\d+(e[+-]\d+)?$/);
        expect(JSON.parse(text)).toBe(value === 0 ? 0 : value);
      }),
      { numRuns: 5000, seed: 1 },
    );
  });

  it("has exactly two decimals for every value with at most two", () => {
    fc.assert(
      fc.property(fc.integer({ min: -10_000_000, max: 10_000_000 }), (hundredths) => {
        expect(encodeDouble(hundredths / 100)).toMatch(/^-?\d+\.\d\d$/);
      }),
      { numRuns: 2000, seed: 1 },
    );
  });
});

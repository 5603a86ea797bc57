import fc from "../../support/fast-check";
import { icebergDestinationLimits } from "../../../pipeline/firehose-limits";
import { encodeReading } from "../../../pipeline/encode-reading";
import { sensorReadingColumns, type Column } from "../../../pipeline/sensor-reading";
import { recordCases, refusals } from "../../../local/firehose/record-cases";
import { RecordRules } from "../../../local/firehose/record-rules";

const columns: readonly Column[] = [
  { name: "text", type: "string", required: false, meaning: "" },
  { name: "whole", type: "long", required: false, meaning: "" },
  { name: "real", type: "double", required: false, meaning: "" },
  { name: "flag", type: "boolean", required: false, meaning: "" },
];
const rules = new RecordRules(columns);
const check = (record: string) => rules.check(Buffer.from(record));

describe("the table of record cases", () => {
  const readings = new RecordRules(sensorReadingColumns);

  it.each(recordCases.filter(({ refusal }) => !refusal))("accepts: $title", ({ example, stored }) => {
    expect(readings.check(Buffer.from(example, "latin1"))).toBeUndefined();
    expect(stored).toBeDefined();
  });

  it.each(recordCases.filter(({ refusal }) => refusal))("rejects: $title", ({ example, refusal }) => {
    expect(readings.check(Buffer.from(example, "latin1"))).toBe(refusal);
  });

  it("uses every refusal that the rules know", () => {
    const inTable = new Set(recordCases.map(({ refusal }) => refusal));
    expect(Object.values(refusals).filter((refusal) => !inTable.has(refusal))).toEqual([]);
  });

  it("accepts what the generator sends", () => {
    const reading = {
      sensor_id: "s",
      timestamp: 1,
      location: "l",
      temperature: 25,
      humidity: 0,
      pressure: 1e3,
    };
    expect(readings.check(Buffer.from(encodeReading(reading)))).toBeUndefined();
  });
});

describe("types", () => {
  it.each([
    ['{"text":"a"}'],
    ['{"text":""}'],
    ['{"whole":-9223372036854775808}'],
    ['{"whole":9223372036854775807}'],
    ['{"whole":-0}'],
    ['{"whole":0}'],
    ['{"real":0}'],
    ['{"real":-0.0}'],
    ['{"real":1.7976931348623157e308}'],
    ['{"real":1E+5}'],
    ['{"real":5e-324}'],
    ['{"real":1e-400}'],
    [`{"real":1${"0".repeat(308)}}`],
    ['{"flag":true}'],
    ['{"flag":false}'],
    ['{"text":null,"whole":null,"real":null,"flag":null}'],
  ])("accepts %s", (record) => {
    expect(check(record)).toBeUndefined();
  });

  it.each([
    ['{"text":1}', refusals.wrongType],
    ['{"text":true}', refusals.wrongType],
    ['{"text":{}}', refusals.wrongType],
    ['{"text":["a"]}', refusals.wrongType],
    ['{"whole":"1"}', refusals.wrongType],
    ['{"whole":1.5}', refusals.wrongType],
    ['{"whole":1e3}', refusals.wrongType],
    ['{"whole":false}', refusals.wrongType],
    ['{"whole":9223372036854775808}', refusals.longOutOfRange],
    ['{"whole":-9223372036854775809}', refusals.longOutOfRange],
    [`{"whole":${"9".repeat(30)}}`, refusals.longOutOfRange],
    ['{"real":"1.5"}', refusals.wrongType],
    ['{"real":1.8e308}', refusals.numberTooLarge],
    ['{"real":-1e309}', refusals.numberTooLarge],
    [`{"real":1${"0".repeat(309)}}`, refusals.numberTooLarge],
    ['{"text":"a","other":1e999}', refusals.numberTooLarge],
    ['{"flag":1}', refusals.wrongType],
    ['{"flag":"true"}', refusals.wrongType],
  ])("rejects %s", (record, refusal) => {
    expect(check(record)).toBe(refusal);
  });
});

describe("names", () => {
  const required = new RecordRules(
    columns.map((column) => ({ ...column, required: column.name === "whole" })),
  );

  it.each([
    ["the table's order", '{"text":"a","whole":1,"real":1.5,"flag":true}'],
    ["another order", '{"flag":true,"real":1.5,"whole":1,"text":"a"}'],
    ["escapes", '{"\\u0074ext":"a"}'],
    ["unknown fields among them", '{"x":"}","text":"a","y":[{"text":1}],"z":{"whole":"no"}}'],
    ["a name that begins like a column's", '{"text":"a","texts":1,"tex":2}'],
    ["an empty name", '{"":1,"text":"a"}'],
    ["a name from Object.prototype", '{"__proto__":1,"constructor":2,"text":"a"}'],
  ])("accepts %s", (_, record) => {
    expect(check(record)).toBeUndefined();
  });

  it.each([
    ["a column twice, once escaped", '{"text":"a","\\u0074ext":"b"}', refusals.duplicateColumn],
    ["a column and its null", '{"text":"a","text":null}', refusals.duplicateColumn],
    ["no column", '{"Text":"a","other":1}', refusals.missingColumn],
  ])("rejects %s", (_, record, refusal) => {
    expect(check(record)).toBe(refusal);
  });

  it("forgets the columns of the record before", () => {
    expect([check('{"text":"a"}'), check('{"text":"b"}'), check("{}"), check('{"text":"c"}')]).toEqual([
      undefined,
      undefined,
      refusals.missingColumn,
      undefined,
    ]);
  });

  it.each([['{"text":"a"}'], ['{"whole":null,"text":"a"}']])(
    "rejects %s without a required column",
    (record) => {
      expect(required.check(Buffer.from(record))).toBe(refusals.missingColumn);
    },
  );

  it("accepts a required column that is there", () => {
    expect(required.check(Buffer.from('{"whole":1}'))).toBeUndefined();
  });
});

describe("nesting", () => {
  const nested = (levels: number, open: string, close: string) =>
    `{"text":"a","x":${open.repeat(levels - 1)}1${close.repeat(levels - 1)}}`;
  const most = icebergDestinationLimits.nestingLevels;

  it.each([
    ["[", "]"],
    ['{"a":', "}"],
  ])("accepts as many levels of %s as documented and rejects one more", (open, close) => {
    expect(check(nested(most, open, close))).toBeUndefined();
    expect(check(nested(most + 1, open, close))).toBe(refusals.tooDeep);
  });

  it("rejects a megabyte of brackets without reading on", () => {
    expect(check(`{"x":${"[".repeat(1_000_000)}`)).toBe(refusals.tooDeep);
  });
});

describe("where the object lies", () => {
  it.each([
    ['{"text":"a"}', 0, 12, false],
    ['\n {"text":"a"}\r\n', 2, 14, false],
    ['{"text":\n"a"} ', 0, 13, true],
    ['{"text":"a","x":[1,\r2]}', 0, 23, true],
  ])("%j", (record, start, end, hasLineBreak) => {
    expect(check(record)).toBeUndefined();
    expect([rules.objectStart, rules.objectEnd, rules.hasLineBreak]).toEqual([start, end, hasLineBreak]);
  });
});

describe("against JSON.parse", () => {
  const wellFormedness = [
    refusals.empty,
    refusals.notJson,
    refusals.notUtf8,
    refusals.severalValues,
  ] as const;
  const isWellFormed = (record: Uint8Array) =>
    !wellFormedness.some((refusal) => refusal === rules.check(record));
  const parses = (record: Uint8Array) => {
    try {
      JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(record));
      return true;
    } catch {
      return false;
    }
  };
  /** The two judge differently by intent: see `recordCases`. */
  const isJudgedEarlier = (record: Uint8Array) => {
    const refusal = rules.check(record);
    return (
      refusal === refusals.tooDeep ||
      refusal === refusals.loneSurrogate ||
      refusal === refusals.numberTooLarge
    );
  };

  const object = fc.dictionary(
    fc.oneof(fc.constantFrom("text", "whole", "real", "flag"), fc.string()),
    fc.jsonValue({ maxDepth: 4 }),
  );
  const jsonText = fc
    .oneof(object, fc.jsonValue())
    .chain((value) => fc.constantFrom(0, 1, "\t").map((indent) => JSON.stringify(value, undefined, indent)));
  const mutation = fc.record({
    at: fc.nat(),
    remove: fc.nat(3),
    insert: fc.oneof(
      fc.constantFrom(...'{}[],:"\\0-+.eE19 \n\t', "\\u", "\\ud800", "null", "1e400", "\u0000", "\ufeff"),
      fc.string({ unit: "binary", maxLength: 3 }),
    ),
  });

  it("agrees on which bytes are JSON", () => {
    const record = fc.oneof(
      fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
      jsonText.map((text) => Buffer.from(text)),
      fc.tuple(jsonText, fc.array(mutation, { minLength: 1, maxLength: 3 })).map(([text, mutations]) =>
        mutations.reduce((bytes, { at, remove, insert }) => {
          const start = at % (bytes.length + 1);
          return Buffer.concat([
            bytes.subarray(0, start),
            Buffer.from(insert),
            bytes.subarray(start + remove),
          ]);
        }, Buffer.from(text)),
      ),
    );
    fc.assert(
      fc.property(record, (bytes) => {
        fc.pre(!isJudgedEarlier(bytes));
        expect(isWellFormed(bytes)).toBe(parses(bytes));
      }),
      { numRuns: 3_000 },
    );
  });

  it("accepts an object exactly when each column's value has the column's type", () => {
    const fits: Record<string, (value: unknown) => boolean> = {
      text: (value) => typeof value === "string",
      whole: (value) =>
        Number.isInteger(value) && !JSON.stringify(value).includes("e") && Math.abs(Number(value)) < 2 ** 63,
      real: (value) => typeof value === "number",
      flag: (value) => typeof value === "boolean",
    };
    fc.assert(
      fc.property(object, (value) => {
        const text = JSON.stringify(value);
        const given = Object.entries(JSON.parse(text) as object).filter(([name]) =>
          Object.hasOwn(fits, name),
        );
        const isFitting = given.every(([name, one]) => one === null || fits[name]!(one));
        expect(rules.check(Buffer.from(text)) === undefined).toBe(given.length > 0 && isFitting);
      }),
      { numRuns: 1_000 },
    );
  });
});

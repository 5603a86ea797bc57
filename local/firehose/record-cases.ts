import { icebergDestinationLimits } from "../../pipeline/firehose-limits";

/** Where a decision comes from: AWS's documentation, what others saw in accounts, or this project alone. */
export type Basis = "documented" | "observed" | "emulated";

/** One thing that a record can be, and what becomes of it. */
export interface RecordCase {
  readonly title: string;
  /** A record of this kind for the table of sensor readings, one character a byte (latin1). */
  readonly example: string;
  readonly basis: Basis;
  /** What is stored; for an accepted record only. */
  readonly stored?: string;
  /** Why the record goes to the error bucket; for a refused record only. */
  readonly refusal?: Refusal;
}

/** What the error bucket says of a refused record. */
export interface Refusal {
  readonly errorCode: string;
  readonly errorMessage: string;
}

function refusal(errorCode: string, errorMessage: string): Refusal {
  return { errorCode: `Iceberg.${errorCode}`, errorMessage };
}

/** Every reason for which a record is refused, by name. */
export const refusals = {
  empty: refusal("InvalidJson", "The record is empty"),
  notJson: refusal("InvalidJson", "The record is not valid JSON"),
  notUtf8: refusal("InvalidJson", "The record is not valid UTF-8"),
  loneSurrogate: refusal("InvalidJson", "A string in the record holds half of a surrogate pair"),
  notAnObject: refusal("InvalidJson", "The record is JSON, but not a JSON object"),
  severalValues: refusal("InvalidJson", "The record holds more than one JSON value"),
  tooDeep: refusal(
    "NestingTooDeep",
    `The record is nested more than ${icebergDestinationLimits.nestingLevels} levels deep`,
  ),
  duplicateColumn: refusal("DuplicateColumn", "One column is given more than once in the record"),
  numberTooLarge: refusal("NumberOutOfRange", "A number in the record is larger than any double"),
  longOutOfRange: refusal("NumberOutOfRange", "An integer in the record does not fit a long"),
  wrongType: refusal(
    "SchemaTypeMismatch",
    "One or more values in the record do not have their column's type",
  ),
  missingColumn: refusal("MissingColumnWithinRecord", "One or more columns are missing in the record"),
} as const;

/**
 * Every decision on records, in one place: what is documented, what others observed, and what nobody says and is
 * therefore decided here. docs/deviations-from-aws.md shows this list, and the tests put each example to the test.
 */
export const recordCases: readonly RecordCase[] = [
  {
    title: "names and types match",
    example: '{"sensor_id":"s","timestamp":1,"location":"l","temperature":1.5,"humidity":2.5,"pressure":3.5}',
    basis: "documented",
    stored: "the row",
  },
  {
    title: "a newline after the object",
    example: '{"timestamp":1}\n',
    basis: "observed",
    stored: "the row",
  },
  {
    title: "JSON whitespace around or inside the object, line breaks included",
    example: ' { "timestamp" :\r\n 1 }\n\n',
    basis: "emulated",
    stored: "the row",
  },
  {
    title: "a field that is no column, of any type",
    example: '{"timestamp":1,"battery":{"volts":[3.1]}}',
    basis: "documented",
    stored: "the row without it",
  },
  {
    title: "a column's name in other letter case",
    example: '{"timestamp":1,"Temperature":"warm"}',
    basis: "documented",
    stored: "the row without it: it is a field that is no column",
  },
  {
    title: "a field that is no column, twice",
    example: '{"timestamp":1,"x":1,"x":2}',
    basis: "emulated",
    stored: "the row without it",
  },
  {
    title: "an optional column missing",
    example: '{"timestamp":1}',
    basis: "emulated",
    stored: "null",
  },
  {
    title: "null in an optional column",
    example: '{"timestamp":1,"location":null}',
    basis: "emulated",
    stored: "null",
  },
  {
    title: "an integer for a double",
    example: '{"temperature":25}',
    basis: "emulated",
    stored: "the nearest double; the integer -0 is 0, -0.0 keeps its sign",
  },
  {
    title: "more digits than a double holds",
    example: '{"temperature":0.1000000000000000000000001}',
    basis: "emulated",
    stored: "the nearest double; closer to 0 than any other is 0",
  },
  {
    title: "an integer for a long beyond 2^53",
    example: '{"timestamp":9223372036854775807}',
    basis: "emulated",
    stored: "exactly that integer",
  },
  {
    title: "\\u0000 in a string",
    example: '{"location":"a\\u0000b"}',
    basis: "emulated",
    stored: "the string with it",
  },
  {
    title: "a column's name written with escapes",
    example: '{"\\u0074imestamp":1}',
    basis: "emulated",
    stored: "the row: names are compared after decoding",
  },
  {
    title: "no column of the table in the record, or a required one missing or null",
    example: "{}",
    basis: "observed",
    refusal: refusals.missingColumn,
  },
  {
    title: "a value of another type: a string for a number, a number for a string, an object, an array",
    example: '{"temperature":"21.5"}',
    basis: "documented",
    refusal: refusals.wrongType,
  },
  {
    title: "a fraction or an exponent for a long",
    example: '{"timestamp":1.0}',
    basis: "emulated",
    refusal: refusals.wrongType,
  },
  {
    title: "an integer for a long outside int64",
    example: '{"timestamp":9223372036854775808}',
    basis: "emulated",
    refusal: refusals.longOutOfRange,
  },
  {
    title: "a number beyond the largest double, in any field",
    example: '{"temperature":1e400}',
    basis: "emulated",
    refusal: refusals.numberTooLarge,
  },
  {
    title: "a column twice",
    example: '{"temperature":1.5,"temperature":2.5}',
    basis: "emulated",
    refusal: refusals.duplicateColumn,
  },
  {
    title: "more than 16 levels, the record itself being the first",
    example: `{"timestamp":1,"x":${"[".repeat(16)}${"]".repeat(16)}}`,
    basis: "documented",
    refusal: refusals.tooDeep,
  },
  {
    title: "several JSON objects in one record",
    example: '{"timestamp":1}{"timestamp":2}',
    basis: "documented",
    refusal: refusals.severalValues,
  },
  {
    title: "an array, a string, a number, true, false or null",
    example: '[{"timestamp":1}]',
    basis: "emulated",
    refusal: refusals.notAnObject,
  },
  {
    title: "no bytes, or whitespace only",
    example: "\n",
    basis: "emulated",
    refusal: refusals.empty,
  },
  {
    title:
      "not JSON: text, NaN, Infinity, comments, trailing commas, raw control characters, a byte order mark",
    example: '{"temperature":NaN}',
    basis: "emulated",
    refusal: refusals.notJson,
  },
  {
    title: "bytes that are not UTF-8",
    example: '{"location":"\xff"}',
    basis: "emulated",
    refusal: refusals.notUtf8,
  },
  {
    title: "half of a surrogate pair, in any string",
    example: '{"location":"\\ud800"}',
    basis: "emulated",
    refusal: refusals.loneSurrogate,
  },
];

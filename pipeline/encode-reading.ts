import { sensorReadingColumns, type ColumnType, type SensorReading } from "./sensor-reading";

/** A value that its column cannot hold: a double that is not finite, a long that is not a safe integer. */
export class UnencodableValueError extends RangeError {
  override readonly name = "UnencodableValueError";
}

/** From here on a double's steps are too coarse for `value * 100` to tell two decimals from more. */
const hundredthsAreExactBelow = 2 ** 43;

const hundredths = Array.from({ length: 100 }, (_, n) => `.${String(n).padStart(2, "0")}`);

/**
 * A double as JSON text that always has a decimal point and reads back as the same number: two decimals where
 * two say it all (`25.00`), otherwise the shortest text that does (`25.125`). Firehose's documentation does not
 * say whether it takes the integer `25` for a double column, so it never sees one.
 *
 * @throws UnencodableValueError for NaN and the infinities, which JSON does not have
 */
export function encodeDouble(value: number): string {
  if (value < 0) return `-${encodeDouble(-value)}`;
  const scaled = Math.round(value * 100);
  if (scaled / 100 === value && value < hundredthsAreExactBelow) {
    // A third of the time that toFixed takes, on the generator's hottest line.
    const whole = Math.floor(value);
    return `${whole}${hundredths[scaled - whole * 100] ?? ""}`;
  }
  if (!Number.isFinite(value)) throw new UnencodableValueError(`JSON has no ${value}`);
  const text = value.toString();
  if (text.includes(".")) return text;
  const [digits = text, exponent] = text.split("e");
  return exponent === undefined ? `${digits}.00` : `${digits}.0e${exponent}`;
}

function encodeLong(value: number): string {
  if (!Number.isSafeInteger(value)) throw new UnencodableValueError(`${value} is not a safe integer`);
  return value.toString();
}

const encoders: Readonly<Record<ColumnType, (value: never) => string>> = {
  string: (value: string) => JSON.stringify(value),
  long: encodeLong,
  double: encodeDouble,
  boolean: (value: boolean) => String(value),
};

const fields = sensorReadingColumns.map(({ name, type }, position) => ({
  name,
  key: `${position === 0 ? "{" : ","}${JSON.stringify(name)}:`,
  encode: encoders[type] as (value: SensorReading[typeof name]) => string,
}));

/**
 * One Firehose record: a JSON object with exactly the table's columns, in column order, and a newline.
 *
 * @throws UnencodableValueError for a value that its column cannot hold
 */
export function encodeReading(reading: SensorReading): string {
  let text = "";
  for (const { name, key, encode } of fields) text += key + encode(reading[name]);
  return `${text}}\n`;
}

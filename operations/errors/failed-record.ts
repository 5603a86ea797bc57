/** A record that Firehose could not deliver, as the error bucket has it. */
export interface FailedRecord {
  /** As it was sent. */
  readonly data: Buffer;
  readonly errorCode: string;
  readonly errorMessage: string;
  readonly attemptsMade?: number;
  /** Milliseconds since the epoch. */
  readonly arrivalTimestamp?: number;
  readonly attemptEndingTimestamp?: number;
  /** Fields that are not known here, as they came. */
  readonly other: Readonly<Record<string, unknown>>;
}

/** A line that holds no failed record, and why. */
export interface UnreadableLine {
  readonly reason: string;
}

/**
 * Reads one line of an error object. AWS documents the fields for other kinds of failures only; those of an Iceberg
 * destination are known from what others found in their buckets. So names are taken in any case, and unknown fields
 * are kept.
 * https://docs.aws.amazon.com/firehose/latest/dev/data-transformation-failure-handling.html
 */
export function readFailedRecord(line: string): FailedRecord | UnreadableLine {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    return { reason: "it is not JSON" };
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    return { reason: "it is not a JSON object" };
  }
  const fields = new Map<string, unknown>();
  const other: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(parsed)) {
    const known = knownNames.get(name.toLowerCase().replaceAll("_", ""));
    if (known === undefined || fields.has(known)) other[name] = value;
    else fields.set(known, value);
  }
  const rawData = fields.get("rawData");
  if (typeof rawData !== "string") return { reason: "it has no rawData" };
  const data = Buffer.from(rawData, "base64");
  if (data.length === 0 && rawData !== "") return { reason: "its rawData is not base64" };
  const number = (name: KnownName) => {
    const value = numeric(fields.get(name));
    return Number.isFinite(value) ? { [name]: value } : {};
  };
  return {
    data,
    errorCode: text(fields.get("errorCode"), "unknown"),
    errorMessage: text(fields.get("errorMessage"), ""),
    ...number("attemptsMade"),
    ...number("arrivalTimestamp"),
    ...number("attemptEndingTimestamp"),
    other,
  };
}

const names = [
  "rawData",
  "errorCode",
  "errorMessage",
  "attemptsMade",
  "arrivalTimestamp",
  "attemptEndingTimestamp",
] as const;
type KnownName = (typeof names)[number];
const knownNames: ReadonlyMap<string, KnownName> = new Map(names.map((name) => [name.toLowerCase(), name]));

function text(value: unknown, otherwise: string): string {
  return typeof value === "string" && value !== "" ? value : otherwise;
}

/** NaN for what is neither a number nor the text of one. */
function numeric(value: unknown): number {
  if (typeof value === "number") return value;
  return typeof value === "string" && value.trim() !== "" ? Number(value) : Number.NaN;
}

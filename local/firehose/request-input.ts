import { putRecordBatchLimits } from "../../pipeline/firehose-limits";
import { constraintError, WireError } from "./wire-error";

/** A request's members, as JSON gave them. */
export type RequestInput = Readonly<Record<string, unknown>>;

/** @throws WireError SerializationException when the body is no JSON object */
export function parseInput(body: string): RequestInput {
  let input: unknown;
  try {
    input = body === "" ? {} : JSON.parse(body);
  } catch {
    throw serializationError("The request body is not valid JSON.");
  }
  if (!isStructure(input)) throw serializationError("The request body is not a JSON object.");
  return input;
}

function serializationError(message: string): WireError {
  return new WireError("SerializationException", message);
}

function isStructure(value: unknown): value is RequestInput {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const streamName = /^[a-zA-Z0-9_.-]{1,64}$/;

/** A stream's name, or another member of that form. */
export function streamNameIn(input: RequestInput, member = "DeliveryStreamName"): string {
  const path = pathOf(member);
  const value = input[member];
  if (value === undefined || value === null) throw constraintError(path, "not be null");
  if (typeof value !== "string") throw serializationError(`${member} is not a string.`);
  if (!streamName.test(value))
    throw constraintError(path, "have length from 1 to 64 and satisfy the pattern [a-zA-Z0-9_.-]+");
  return value;
}

/** An optional integer between 1 and `max`. */
export function limitIn(input: RequestInput, defaultLimit: number, max = 10_000): number {
  const value = input.Limit ?? defaultLimit;
  if (typeof value !== "number" || !Number.isInteger(value))
    throw serializationError("Limit is not an integer.");
  if (value < 1) throw constraintError("limit", "have value greater than or equal to 1");
  if (value > max) throw constraintError("limit", `have value less than or equal to ${max}`);
  return value;
}

/** The record of a PutRecord call. */
export function recordIn(input: RequestInput): Buffer {
  return recordData(input.Record, "record");
}

/** The records of a PutRecordBatch call. */
export function recordsIn(input: RequestInput): Buffer[] {
  const entries = input.Records;
  if (entries === undefined || entries === null) throw constraintError("records", "not be null");
  if (!Array.isArray(entries)) throw serializationError("Records is not a list.");
  if (entries.length < 1) throw constraintError("records", "have length greater than or equal to 1");
  if (entries.length > putRecordBatchLimits.records)
    throw constraintError("records", `have length less than or equal to ${putRecordBatchLimits.records}`);
  const records = new Array<Buffer>(entries.length);
  let bytes = 0;
  for (let index = 0; index < entries.length; index++) {
    const record = recordData(entries[index], "records", index);
    bytes += record.length;
    records[index] = record;
  }
  if (bytes > putRecordBatchLimits.bytes)
    throw new WireError("InvalidArgumentException", "Records size exceeds 4 MB limit");
  return records;
}

/** The blob of one record. `index` counts from 0; AWS counts members from 1. */
function recordData(entry: unknown, list: string, index?: number): Buffer {
  if (isStructure(entry)) {
    const data = entry.Data;
    const record = typeof data === "string" ? decodeBase64(data) : undefined;
    if (record && record.length <= putRecordBatchLimits.recordBytes) return record;
  }
  throw recordProblem(entry, index === undefined ? list : `${list}.${index + 1}.member`);
}

function recordProblem(entry: unknown, path: string): WireError {
  if (entry === undefined || entry === null) return constraintError(path, "not be null");
  if (!isStructure(entry)) return serializationError(`The value at '${path}' is not a structure.`);
  const { Data: data } = entry;
  if (data === undefined || data === null) return constraintError(`${path}.data`, "not be null");
  if (typeof data !== "string" || !decodeBase64(data))
    return serializationError(`Data at '${path}' is not base64 text.`);
  return constraintError(
    `${path}.data`,
    `have length less than or equal to ${putRecordBatchLimits.recordBytes}`,
  );
}

/** Padded base64 (RFC 4648, section 4); undefined for anything else. Node's decoder skips what it does not know. */
function decodeBase64(text: string): Buffer | undefined {
  const { length } = text;
  if (length % 4 !== 0) return undefined;
  const padding = !text.endsWith("=") ? 0 : text.endsWith("==") ? 2 : 1;
  const bytes = Buffer.from(text, "base64");
  const isBase64 = bytes.length === (length / 4) * 3 - padding && !text.includes("-") && !text.includes("_");
  return isBase64 ? bytes : undefined;
}

function pathOf(member: string): string {
  return member.slice(0, 1).toLowerCase() + member.slice(1);
}

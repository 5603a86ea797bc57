import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { UserError } from "../../local/cli/user-error";
import { encodeReading } from "../../pipeline/encode-reading";
import { putRecordBatchLimits } from "../../pipeline/firehose-limits";
import { sensorReadingColumns, type ColumnType, type SensorReading } from "../../pipeline/sensor-reading";
import type { FailedRecord } from "./failed-record";

/** What a `--map` module gets. */
export interface RecordToRepair {
  /** The record as it was sent. */
  readonly data: Buffer;
  /** The same, as UTF-8. */
  readonly text: string;
  readonly errorCode: string;
  readonly errorMessage: string;
  /** Milliseconds since the epoch. */
  readonly arrivalTimestamp?: number;
}

/**
 * What a `--map` module exports as default. An object with the table's columns is encoded as the generator does it; text
 * and bytes are sent as they are; null or undefined leaves the record out, for good.
 */
export type RepairRecord = (
  record: RecordToRepair,
) => RepairedRecord | null | undefined | Promise<RepairedRecord | null | undefined>;

export type RepairedRecord = SensorReading | string | Uint8Array;

/** A record that cannot be sent as it came out of the repair. */
export class RepairError extends Error {
  override readonly name = "RepairError";
}

/** @returns the bytes to send, or undefined when the record is to be left out */
export type Repair = (record: FailedRecord) => Promise<Uint8Array | undefined>;

const asItWas: Repair = ({ data }) => Promise.resolve(data);

/**
 * The repair of a `--map` module, TypeScript or JavaScript; without one, records are sent as they were.
 *
 * @throws UserError when there is no such module, or it exports no function
 */
export async function loadRepair(path: string | undefined): Promise<Repair> {
  if (path === undefined) return asItWas;
  const file = resolve(path);
  if (!existsSync(file)) throw new UserError(`--map: there is no file ${file}.`);
  let module: unknown;
  try {
    module = await import(pathToFileURL(file).href);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(`--map: ${path} cannot be loaded: ${reason}`, { cause: error });
  }
  const repair = defaultExport(module);
  if (typeof repair !== "function") {
    throw new UserError(`--map: ${path} must export a function as default: export default (record) => ...`);
  }
  return async (record) => encode(await (repair as RepairRecord)(toRepair(record)));
}

/** A CommonJS module arrives as the default of a default. */
function defaultExport(module: unknown): unknown {
  const inner = (value: unknown) =>
    typeof value === "object" && value !== null && "default" in value ? value.default : value;
  return inner(inner(module));
}

function toRepair({ data, errorCode, errorMessage, arrivalTimestamp }: FailedRecord): RecordToRepair {
  return {
    data,
    text: data.toString("utf8"),
    errorCode,
    errorMessage,
    ...(arrivalTimestamp !== undefined && { arrivalTimestamp }),
  };
}

function encode(repaired: unknown): Uint8Array | undefined {
  if (repaired === null || repaired === undefined) return undefined;
  if (typeof repaired === "string") return Buffer.from(repaired);
  if (repaired instanceof Uint8Array) return repaired;
  if (typeof repaired !== "object") throw new RepairError(`the map returned a ${typeof repaired}`);
  const given: Readonly<Record<string, unknown>> = { ...repaired };
  const wrong = sensorReadingColumns.filter(({ name, type }) => typeof given[name] !== typeOf[type]);
  if (wrong.length > 0) {
    const columns = wrong.map(
      ({ name, type }) => `${name} (${type}, received ${JSON.stringify(given[name])})`,
    );
    throw new RepairError(`the map returned an object without ${columns.join(", ")}`);
  }
  return Buffer.from(encodeReading(given as unknown as SensorReading));
}

const typeOf: Readonly<Record<ColumnType, string>> = {
  string: "string",
  long: "number",
  double: "number",
  boolean: "boolean",
};

/** @throws RepairError for a payload that no call can carry */
export function assertSendable(payload: Uint8Array): void {
  const most = putRecordBatchLimits.recordBytes;
  if (payload.length > most)
    throw new RepairError(`it has ${payload.length} bytes, and a record at most ${most}`);
  if (payload.length === 0) throw new RepairError("it is empty");
}

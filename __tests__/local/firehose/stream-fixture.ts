import { randomUUID } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipelineNames } from "../../../pipeline/names";
import { sensorReadingColumns } from "../../../pipeline/sensor-reading";
import { settings } from "../../../pipeline/settings";
import type { Delivered, Delivery, Destination } from "../../../local/firehose/destination";
import { DeliveryStream, type DeliveryStreamOptions } from "../../../local/firehose/delivery-stream";
import { ManualClock } from "./manual-clock";

export const names = pipelineNames("firehosetos3demo");

const folders: string[] = [];

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "firehose-test-"));
  folders.push(folder);
  return folder;
}

/** For `afterEach`. */
export function removeTemporaryFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** Remembers the lines that it was given; a test may make it fail before or after it took them. */
export class MemoryDestination implements Destination {
  readonly deliveries = new Map<string, readonly string[]>();
  /** What the next attempts do; after these, they succeed. */
  readonly script: ("fail" | "fail after the fact" | "cannot say")[] = [];
  attempts = 0;

  get lines(): readonly string[] {
    return [...this.deliveries.values()].flat();
  }

  hasDelivery(deliveryId: string): Promise<boolean> {
    if (this.script[0] === "cannot say") {
      this.script.shift();
      return Promise.reject(new Error("the table cannot be read"));
    }
    return Promise.resolve(this.deliveries.has(deliveryId));
  }

  deliver({ id, rowsPath, rowCount }: Delivery): Promise<Delivered> {
    this.attempts++;
    const step = this.script.shift();
    if (step === "fail") return Promise.reject(new Error("the catalog is away"));
    if (this.deliveries.has(id)) return Promise.reject(new Error(`${id} was delivered before`));
    const lines = readLines(rowsPath);
    if (lines.length !== rowCount) return Promise.reject(new Error("wrong row count"));
    this.deliveries.set(id, lines);
    if (step === "fail after the fact") return Promise.reject(new Error("the answer was lost"));
    return Promise.resolve({ bytes: 1000 });
  }
}

export interface StreamFixture {
  readonly stream: DeliveryStream;
  readonly clock: ManualClock;
  readonly destination: MemoryDestination;
  readonly directory: string;
  readonly errorBucket: string;
  /** Another stream on the same files, as after a restart. */
  readonly reopen: (changed?: Partial<DeliveryStreamOptions>) => DeliveryStream;
}

export function openStream(changed: Partial<DeliveryStreamOptions> = {}): StreamFixture {
  const folder = temporaryFolder();
  const clock = new ManualClock();
  const destination = new MemoryDestination();
  const directory = join(folder, "stream");
  const errorBucket = join(folder, "errors");
  const options: DeliveryStreamOptions = {
    names,
    settings: settings.deliveryStream,
    columns: sensorReadingColumns,
    directory,
    errorBucket,
    destination,
    clock,
    ids: randomUUID,
    ...changed,
  };
  const reopen = (again: Partial<DeliveryStreamOptions> = {}) =>
    DeliveryStream.open({ ...options, ...again });
  return { stream: DeliveryStream.open(options), clock, destination, directory, errorBucket, reopen };
}

/** A record that becomes a row; `n` tells it from others, and `length` is its size with the newline. */
export function record(n: number, length = 0): Buffer {
  const start = `{"timestamp":${n},"location":"`;
  return Buffer.from(`${start.padEnd(length - 3, "x")}"}\n`);
}

export function records(count: number, from = 0): Buffer[] {
  return Array.from({ length: count }, (_, index) => record(from + index));
}

/** The `n` of each line. */
export function numbers(lines: readonly string[]): number[] {
  return lines.map((line) => (JSON.parse(line) as { timestamp: number }).timestamp);
}

export function readLines(path: string): string[] {
  return readFileSync(path, "utf8").split("\n").slice(0, -1);
}

export interface ErrorLine {
  readonly attemptsMade: number;
  readonly arrivalTimestamp: number;
  readonly errorCode: string;
  readonly errorMessage: string;
  readonly attemptEndingTimestamp: number;
  readonly rawData: string;
}

/** Keys of the objects in the error bucket. */
export function errorKeys(errorBucket: string): string[] {
  return listFiles(errorBucket).map((path) => path.slice(errorBucket.length + 1));
}

export function errorLines(errorBucket: string): ErrorLine[] {
  return listFiles(errorBucket)
    .flatMap(readLines)
    .map((line) => JSON.parse(line) as ErrorLine);
}

/** The failed records themselves. */
export function failedRecords(errorBucket: string): string[] {
  return errorLines(errorBucket).map(({ rawData }) => Buffer.from(rawData, "base64").toString("latin1"));
}

function listFiles(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
  } catch {
    return [];
  }
}

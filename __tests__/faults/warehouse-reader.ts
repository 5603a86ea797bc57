import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Warehouse } from "../../local/warehouse";
import { errorLines, type ErrorLine } from "../local/firehose/stream-fixture";
import type { ReadReply, ReadRequest } from "../local/iceberg/icebird-process";
import { numberIn } from "./sender";

/** What the error bucket says of a row whose commit failed for too long. */
const commitFailed = "Iceberg.CommitFailed";

/** @returns how many records are in the error bucket because their commit failed for too long */
export function recordsGivenUp({ errorBucket }: Warehouse): number {
  return errorLines(errorBucket).filter(({ errorCode }) => errorCode === commitFailed).length;
}

/**
 * @returns the number of a record in the error bucket
 * @throws Error when it says of a record that could have been a row that it could not, or the other way round
 */
function numberInErrorLine({ rawData, errorCode }: ErrorLine): number {
  const record = Buffer.from(rawData, "base64").toString("latin1");
  const expected = isJson(record) ? commitFailed : "Iceberg.InvalidJson";
  const n = numberIn(record);
  if (errorCode !== expected)
    throw new Error(`Record ${n} is in the error bucket for ${errorCode} instead of ${expected}.`);
  return n;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Reads tables with icebird, which shares no code with the writer, in a process of its own. */
export class WarehouseReader {
  private readonly icebird: ChildProcess;
  private last: Promise<unknown> = Promise.resolve();

  constructor() {
    this.icebird = fork(join(__dirname, "..", "local", "iceberg", "icebird-process.ts"), {
      execArgv: ["--import", "tsx"],
      serialization: "advanced",
    });
  }

  /**
   * @returns the number of every record in the table and the error bucket
   * @throws Error when the table does not open, or a record is in the error bucket for another reason than its own
   */
  async records({ tableLocation, errorBucket }: Warehouse): Promise<number[]> {
    const rows = this.last.then(() => this.tableRows(tableLocation));
    this.last = rows.catch(() => undefined);
    return [
      ...(await rows).map(({ timestamp }) => Number(timestamp)),
      ...errorLines(errorBucket).map(numberInErrorLine),
    ];
  }

  private async tableRows(location: string): Promise<readonly Record<string, unknown>[]> {
    const answered = once(this.icebird, "message") as Promise<[ReadReply]>;
    this.icebird.send({ location } satisfies ReadRequest);
    const [reply] = await answered;
    // What icebird says of a table to which nothing was ever committed; were rows lost, they would be missed all the same.
    if ("error" in reply && reply.error.includes("No current snapshot id")) return [];
    if ("error" in reply) throw new Error(`The table does not open: ${reply.error}`);
    return reply.rows;
  }

  close(): void {
    this.icebird.disconnect();
  }
}

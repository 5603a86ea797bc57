import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Warehouse } from "../../local/warehouse";
import { failedRecords } from "../local/firehose/stream-fixture";
import type { ReadReply, ReadRequest } from "../local/iceberg/icebird-process";
import { numberIn } from "./sender";

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
   * @throws Error when the table does not open
   */
  async records({ tableLocation, errorBucket }: Warehouse): Promise<number[]> {
    const rows = this.last.then(() => this.tableRows(tableLocation));
    this.last = rows.catch(() => undefined);
    return [
      ...(await rows).map(({ timestamp }) => Number(timestamp)),
      ...failedRecords(errorBucket).map(numberIn),
    ];
  }

  private async tableRows(location: string): Promise<readonly Record<string, unknown>[]> {
    const answered = once(this.icebird, "message") as Promise<[ReadReply]>;
    this.icebird.send({ location } satisfies ReadRequest);
    const [reply] = await answered;
    if ("error" in reply) throw new Error(`The table does not open: ${reply.error}`);
    return reply.rows;
  }

  close(): void {
    this.icebird.disconnect();
  }
}

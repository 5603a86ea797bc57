import type { Clock, TimerHandle } from "./clock/clock";
import type { Activity } from "./clock/virtual-clock";
import { maintain, type MaintenanceReport } from "./iceberg/maintenance";
import type { ParquetWriter } from "./iceberg/parquet-writer";
import type { IcebergTable } from "./iceberg/table";

/** S3 does not say how often it maintains a table. */
const intervalMs = 60 * 60_000;

/** Maintains a table every hour, so that one that runs for days keeps a bounded number of files. */
export class HourlyMaintenance implements Activity {
  private timer: TimerHandle;
  private running: Promise<void> | undefined;
  private failure: Error | undefined;

  /** @param table an instance of its own: the one that takes deliveries is not to be disturbed */
  constructor(
    private readonly table: IcebergTable,
    private readonly writer: ParquetWriter,
    private readonly clock: Clock,
    private readonly onMaintenance: (report: MaintenanceReport) => void = () => undefined,
    private readonly onFailure: (error: Error) => void = () => undefined,
  ) {
    this.schedule();
  }

  get isBusy(): boolean {
    return this.running !== undefined;
  }

  async settled(): Promise<void> {
    await this.running;
  }

  /** @returns what the last maintenance failed with, if it did */
  async close(): Promise<Error | undefined> {
    this.clock.clearTimeout(this.timer);
    await this.running;
    return this.failure;
  }

  private schedule(): void {
    this.timer = this.clock.setTimeout(() => {
      this.running = this.maintain().finally(() => {
        this.running = undefined;
        this.schedule();
      });
    }, intervalMs);
  }

  private async maintain(): Promise<void> {
    try {
      this.onMaintenance(await maintain(this.table, this.writer));
      this.failure = undefined;
    } catch (error) {
      this.failure = new Error(`The table could not be maintained: ${messageOf(error)}`, { cause: error });
      this.onFailure(this.failure);
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

import { relative, sep } from "node:path";
import type { PipelineNames } from "../../pipeline/names";
import type { Snapshot } from "../iceberg/snapshot";
import { sqlIdentifier } from "../iceberg/sql-text";
import { IcebergTable } from "../iceberg/table";
import { QuerySession } from "../query/query-session";
import type { QueryLimits } from "../query/session-setup";
import type { SnapshotContents, SnapshotInfo, TableInfo } from "./api";
import { filesWithNewest } from "./newest-files";

const shownSnapshots = 100;
const shownFiles = 100;
const shownRows = 20;
const timeColumn = "timestamp";
const limits: QueryLimits = { memoryMib: 256, timeoutMs: 10_000, rows: shownRows, characters: 2 ** 20 };

/** Snapshots that were looked at last; what they hold never changes. */
const rememberedSnapshots = 8;

/** What the page shows of the table. Asked by any number of pages, each thing is read once. */
export class TableView {
  private info: TableInfo | undefined;
  private readonly contents = new Map<number, Promise<SnapshotContents>>();

  /** @param table shows the newest state; only looked at here */
  constructor(
    private readonly names: PipelineNames,
    private readonly table: Pick<
      IcebergTable,
      "version" | "location" | "snapshots" | "currentSnapshot" | "columns" | "dataFiles"
    >,
  ) {}

  tableInfo(): TableInfo {
    const { table } = this;
    if (this.info?.version === table.version) return this.info;
    const snapshots = table.snapshots();
    const current = table.currentSnapshot();
    this.info = {
      version: table.version,
      ...(current && { currentSnapshotId: String(current.snapshotId) }),
      snapshotCount: snapshots.length,
      snapshots: snapshots.slice(-shownSnapshots).reverse().map(snapshotInfo),
    };
    return this.info;
  }

  /**
   * @param snapshotId the current one without
   * @throws SnapshotNotFoundError
   */
  async snapshotContents(snapshotId = this.table.currentSnapshot()?.snapshotId): Promise<SnapshotContents> {
    if (snapshotId === undefined) return await this.read();
    const known = this.contents.get(snapshotId);
    if (known) return await known;
    const contents = this.read(snapshotId);
    this.contents.set(snapshotId, contents);
    contents.catch(() => this.contents.delete(snapshotId));
    const [oldest] = this.contents.keys();
    if (this.contents.size > rememberedSnapshots && oldest !== undefined) this.contents.delete(oldest);
    return await contents;
  }

  private async read(snapshotId?: number): Promise<SnapshotContents> {
    const { names, table } = this;
    const files = snapshotId === undefined ? [] : await table.dataFiles(snapshotId);
    const time = table.columns.find(({ name, type }) => name === timeColumn && type === "long");
    const newest = time === undefined ? files : filesWithNewest(files, time.fieldId, shownRows);
    const session = await QuerySession.open(
      names,
      { columns: table.columns, files: newest.map(({ path }) => path), snapshots: [] },
      limits,
    );
    try {
      const byTime = time === undefined ? "" : `ORDER BY ${sqlIdentifier(time.name)} DESC`;
      const sql = `SELECT * FROM ${sqlIdentifier(names.table)} ${byTime} LIMIT ${shownRows}`;
      return {
        fileCount: files.length,
        files: files
          .slice(-shownFiles)
          .reverse()
          .map(({ path, recordCount, fileSizeBytes }) => ({
            path: relative(table.location, path).split(sep).join("/"),
            rows: recordCount,
            bytes: fileSizeBytes,
          })),
        latest: await session.run(sql),
      };
    } finally {
      session.close();
    }
  }
}

function snapshotInfo({ snapshotId, timestampMs, operation, summary }: Snapshot): SnapshotInfo {
  const count = (name: string) => (summary[name] === undefined ? undefined : Number(summary[name]));
  return {
    id: String(snapshotId),
    timestampMs,
    operation,
    addedRows: count("added-records"),
    addedFiles: count("added-data-files"),
    addedBytes: count("added-files-size"),
    removedFiles: count("deleted-data-files"),
    totalRows: count("total-records"),
    totalFiles: count("total-data-files"),
    totalBytes: count("total-files-size"),
  };
}

import type { SnapshotContents, SnapshotInfo, TableInfo } from "../api";
import { isNumberType } from "./column-type";
import { dataTable, notice, valueCell } from "./data-table";
import { byId, element, replaceContent } from "./dom";
import { bytes, count, type TimeFormat } from "./format";
import { server } from "./server";

/** Snapshots, data files and rows, of now or of the snapshot that the user travels to. */
export class TableSection {
  private info: TableInfo | undefined;
  private contents: SnapshotContents | undefined;
  private travelTo: SnapshotInfo | undefined;
  private loads = 0;

  constructor(
    private time: TimeFormat,
    private readonly onTravel: (snapshot: SnapshotInfo | undefined) => void,
  ) {}

  showTimes(time: TimeFormat): void {
    this.time = time;
    this.render();
  }

  /** Looks again at what the server has. */
  async load(): Promise<void> {
    const load = ++this.loads;
    try {
      const info = await server.table();
      const contents = await server.snapshot(this.travelTo?.id);
      // A newer load has begun: this one is old.
      if (load !== this.loads) return;
      this.info = info;
      this.contents = contents;
      this.render();
    } catch (error) {
      if (load !== this.loads) return;
      const message = error instanceof Error ? error.message : String(error);
      for (const id of ["snapshots", "files", "rows"]) replaceContent(byId(id), notice("error", message));
      // The snapshot may have expired: then the current one is left.
      if (this.travelTo) byId("time-travel").replaceChildren(this.backButton());
    }
  }

  private travel(snapshot: SnapshotInfo | undefined): void {
    const isCurrent = snapshot?.id === this.info?.currentSnapshotId;
    this.travelTo = isCurrent ? undefined : snapshot;
    this.onTravel(this.travelTo);
    void this.load();
  }

  private render(): void {
    const { info, contents } = this;
    if (!info || !contents) return;
    const focused = document.activeElement?.getAttribute("data-snapshot");
    this.renderSnapshots(info);
    this.renderFiles(contents);
    this.renderRows(contents);
    this.renderTravel();
    if (focused !== null && focused !== undefined)
      document.querySelector<HTMLElement>(`[data-snapshot="${CSS.escape(focused)}"]`)?.focus();
  }

  private renderSnapshots({ snapshots, currentSnapshotId, snapshotCount }: TableInfo): void {
    if (snapshots.length === 0) {
      const text = "No snapshot yet. The first one comes when the first buffer is delivered.";
      replaceContent(byId("snapshots"), notice("empty", text));
      return;
    }
    const shownId = this.travelTo?.id ?? currentSnapshotId;
    const rows = snapshots.map((snapshot) => {
      const { id, timestampMs, operation, addedRows, addedFiles, addedBytes, removedFiles, totalRows } =
        snapshot;
      const isShown = id === shownId;
      const view = element(
        "button",
        {
          type: "button",
          class: "small",
          "aria-pressed": String(isShown),
          "data-snapshot": id,
          "aria-label": `Show the table as of ${this.time.full(timestampMs)}, snapshot ${id}`,
        },
        isShown ? "Shown" : "Show",
      );
      view.addEventListener("click", () => {
        this.travel(snapshot);
      });
      const when = element("span", { title: `Snapshot ${id}` }, this.time.full(timestampMs));
      const isReplace = removedFiles !== undefined && removedFiles > 0;
      const files = isReplace ? `${removedFiles} → ${addedFiles ?? 0}` : `+${addedFiles ?? 0}`;
      return [
        when,
        id === currentSnapshotId
          ? element("span", {}, operation, element("span", { class: "tag" }, "current"))
          : operation,
        isReplace || addedRows === undefined ? "–" : `+${count(addedRows)}`,
        files,
        addedBytes === undefined ? "–" : bytes(addedBytes),
        totalRows === undefined ? "–" : count(totalRows),
        view,
      ];
    });
    const columns = [
      { name: `Committed (${this.time.zone})` },
      { name: "Operation" },
      { name: "Rows", isNumber: true },
      { name: "Files", isNumber: true },
      { name: "Size", isNumber: true },
      { name: "Total rows", isNumber: true },
      { name: "Time travel" },
    ];
    const table = dataTable("Snapshots, newest first", columns, rows, (index) =>
      snapshots[index]?.id === shownId ? "is-shown" : undefined,
    );
    replaceContent(byId("snapshots"), table, more(snapshotCount, snapshots.length, "snapshots"));
  }

  private renderFiles({ files, fileCount }: SnapshotContents): void {
    if (files.length === 0) {
      replaceContent(byId("files"), notice("empty", "No data files."));
      return;
    }
    const rows = files.map((file) => [element("code", {}, file.path), count(file.rows), bytes(file.bytes)]);
    const columns = [{ name: "Path" }, { name: "Rows", isNumber: true }, { name: "Size", isNumber: true }];
    const table = dataTable("Data files, newest first", columns, rows);
    replaceContent(byId("files"), table, more(fileCount, files.length, "files"));
  }

  private renderRows({ latest }: SnapshotContents): void {
    if (latest.rows.length === 0) {
      replaceContent(byId("rows"), notice("empty", "No rows."));
      return;
    }
    const columns = latest.columns.map(({ name, type }) => ({
      name,
      isNumber: isNumberType(type),
      hint: type,
    }));
    const table = dataTable(
      "Latest rows",
      columns,
      latest.rows.map((row) => row.map(valueCell)),
    );
    replaceContent(byId("rows"), table);
  }

  private renderTravel(): void {
    const { travelTo } = this;
    const node = byId("time-travel");
    if (!travelTo) {
      replaceContent(node);
      return;
    }
    const rows = travelTo.totalRows === undefined ? "" : `, ${count(travelTo.totalRows)} rows`;
    const text = `As of ${this.time.full(travelTo.timestampMs)} ${this.time.zone}${rows}`;
    replaceContent(node, element("span", {}, text), this.backButton());
  }

  private backButton(): HTMLElement {
    const back = element(
      "button",
      { type: "button", class: "small primary" },
      "Back to the current snapshot",
    );
    back.addEventListener("click", () => {
      this.travel(undefined);
      document.querySelector<HTMLElement>("#snapshots button")?.focus();
    });
    return back;
  }
}

function more(total: number, shown: number, what: string): HTMLElement | undefined {
  if (total <= shown) return undefined;
  return element("p", { class: "more" }, `The newest ${count(shown)} of ${count(total)} ${what}.`);
}

import type { FailedRecordInfo, FailedRecordsInfo } from "../api";
import { dataTable, notice } from "./data-table";
import { byId, element, replaceContent } from "./dom";
import { bytes, type TimeFormat } from "./format";
import { server } from "./server";

/** The newest records of the error bucket. */
export class FailuresSection {
  private info: FailedRecordsInfo | undefined;
  private loads = 0;

  constructor(private time: TimeFormat) {}

  showTimes(time: TimeFormat): void {
    this.time = time;
    this.render();
  }

  async load(): Promise<void> {
    const load = ++this.loads;
    try {
      const info = await server.failed();
      if (load !== this.loads) return;
      this.info = info;
      this.render();
    } catch (error) {
      if (load !== this.loads) return;
      replaceContent(
        byId("failures"),
        notice("error", error instanceof Error ? error.message : String(error)),
      );
    }
  }

  private render(): void {
    const { info } = this;
    if (!info) return;
    if (info.records.length === 0) {
      const text = "No failed records. What the table cannot take would be listed here, with the reason.";
      replaceContent(byId("failures"), notice("empty", text));
      return;
    }
    const columns = [
      { name: `Arrived (${this.time.zone})` },
      { name: "Reason" },
      { name: "Record" },
      { name: "Size", isNumber: true },
    ];
    const table = dataTable(
      "Failed records, newest first",
      columns,
      info.records.map((one) => this.row(one)),
    );
    const note = info.more && element("p", { class: "more" }, `The newest ${info.records.length}.`);
    replaceContent(byId("failures"), table, note);
  }

  private row({ arrivalMs, errorCode, errorMessage, text, bytes: size, isText, object }: FailedRecordInfo) {
    return [
      element("span", { title: object }, this.time.full(arrivalMs)),
      element(
        "span",
        { class: "reason" },
        element("strong", {}, errorCode),
        element("span", {}, errorMessage),
      ),
      element(
        "span",
        { class: "record" },
        !isText && element("span", { class: "tag" }, "not UTF-8"),
        text === "" ? element("span", { class: "null" }, "empty") : element("code", {}, text),
      ),
      bytes(size),
    ];
  }
}

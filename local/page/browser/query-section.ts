import type { Answer, PipelineInfo, Refusal, SnapshotInfo } from "../api";
import { dataTable, isNumberType, notice, valueCell } from "./data-table";
import { byId, element, replaceContent, setText } from "./dom";
import { count, seconds, type TimeFormat } from "./format";
import { plotChoice, resultPlot } from "./result-plot";
import { RefusedError, server } from "./server";

/** A box for SQL with the saved queries beside it, and the answer below. */
export class QuerySection {
  private readonly text = element("textarea", {
    id: "sql",
    rows: 9,
    spellcheck: "false",
    autocomplete: "off",
    autocapitalize: "off",
    "aria-describedby": "sql-hint",
  });
  private readonly run = element("button", { type: "button", class: "primary" }, "Run");
  private readonly moment = element("span", { class: "caption" });
  private readonly result = element("div", { class: "result", "aria-live": "polite" });
  private readonly saved: readonly HTMLButtonElement[];
  private running: AbortController | undefined;
  private snapshot: SnapshotInfo | undefined;

  constructor({ queries, athenaTable }: PipelineInfo, time: TimeFormat) {
    this.saved = queries.map(({ name, description, sql }) => {
      const button = element(
        "button",
        { type: "button", class: "saved", title: description },
        name.replaceAll("-", " "),
      );
      button.addEventListener("click", () => {
        this.text.value = withoutComment(sql);
        void this.ask();
      });
      return button;
    });
    this.text.value = withoutComment(queries[0]?.sql ?? `SELECT * FROM ${athenaTable}`);
    this.run.addEventListener("click", () => void this.ask());
    this.text.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      void this.ask();
    });
    this.showMoment(undefined, time);
    replaceContent(this.result, notice("empty", "Choose a query or write one."));
    replaceContent(
      byId("query-box"),
      element("div", { class: "saved-queries", role: "group", "aria-label": "Saved queries" }, ...this.saved),
      element("label", { for: "sql", class: "visually-hidden" }, "SQL"),
      this.text,
      element(
        "div",
        { class: "query-actions" },
        this.run,
        element("span", { id: "sql-hint", class: "caption" }, "Ctrl+Enter runs it. Read-only."),
        this.moment,
      ),
      this.result,
    );
  }

  /** Which state of the table is asked. */
  showMoment(snapshot: SnapshotInfo | undefined, time: TimeFormat): void {
    this.snapshot = snapshot;
    const text = snapshot
      ? `Asks the table as of ${time.full(snapshot.timestampMs)} ${time.zone}.`
      : "Asks the current snapshot.";
    setText(this.moment, text);
  }

  private async ask(): Promise<void> {
    this.running?.abort();
    const running = new AbortController();
    this.running = running;
    this.result.setAttribute("aria-busy", "true");
    setText(this.run, "Running …");
    const id = this.snapshot?.id;
    const question = { sql: this.text.value, ...(id !== undefined && { snapshotId: id }) };
    try {
      const answer = await server.query(question, running.signal);
      if (this.running === running) this.showAnswer(answer);
    } catch (error) {
      if (this.running === running)
        this.showError(error instanceof RefusedError ? error.refusal : { error: String(error) });
    }
    if (this.running !== running) return;
    this.running = undefined;
    this.result.removeAttribute("aria-busy");
    setText(this.run, "Run");
  }

  private showAnswer(answer: Answer): void {
    const { columns, rows, truncated, elapsedMs } = answer;
    const rowCount = truncated
      ? `The first ${count(rows.length)} rows`
      : `${count(rows.length)} ${rows.length === 1 ? "row" : "rows"}`;
    const duration = elapsedMs < 1000 ? `${count(elapsedMs)} ms` : seconds(elapsedMs / 1000);
    const table = dataTable(
      "Result",
      columns.map(({ name, type }) => ({ name, isNumber: isNumberType(type), hint: type })),
      rows.map((row) => row.map(valueCell)),
    );
    const choice = plotChoice(answer);
    const parts = element(
      "div",
      { class: choice ? "result-parts has-plot" : "result-parts" },
      rows.length > 0 ? table : notice("empty", "No rows."),
      choice && resultPlot(answer, choice),
    );
    replaceContent(
      this.result,
      element("p", { class: "caption", role: "status" }, `${rowCount} in ${duration}`),
      parts,
    );
  }

  private showError({ error, position }: Refusal): void {
    replaceContent(this.result, element("pre", { class: "notice notice-error", role: "alert" }, error));
    if (!position) return;
    const lines = this.text.value.split("\n").slice(0, position.line - 1);
    const start = lines.reduce((length, line) => length + line.length + 1, 0) + position.column - 1;
    this.text.setSelectionRange(start, start + 1);
  }
}

function withoutComment(sql: string): string {
  return sql.replace(/^(?:--.*\n)+/, "");
}

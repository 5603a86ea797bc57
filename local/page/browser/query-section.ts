import type { Answer, PipelineInfo, Refusal, SnapshotInfo } from "../api";
import { onSchemeChange } from "./colours";
import { isNumberType } from "./column-type";
import { dataTable, notice, valueCell } from "./data-table";
import { byId, element, replaceContent, setText } from "./dom";
import { count, seconds, type TimeFormat } from "./format";
import { plotChoice } from "./plot-choice";
import { resultPlot, type ResultPlot } from "./result-plot";
import { RefusedError, server } from "./server";

/** Where the SQL is kept: for this tab, so that it outlives the reload that a restarted server causes. */
const storageName = "sql";

interface RunningQuery {
  readonly abort: AbortController;
  /** Shows how long it takes. */
  readonly timer: ReturnType<typeof setInterval>;
  readonly startedAt: number;
}

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
  /** Which state of the table is asked, or for how long it has been. */
  private readonly status = element("span", { class: "caption" });
  private readonly result = element("div", { class: "result", "aria-live": "polite" });
  private readonly saved: readonly HTMLButtonElement[];
  private running: RunningQuery | undefined;
  private snapshot: SnapshotInfo | undefined;
  private moment = "";
  private plot: ResultPlot | undefined;

  constructor({ queries, athenaTable }: PipelineInfo, time: TimeFormat) {
    this.saved = queries.map(({ name, description, sql }) => {
      const button = element(
        "button",
        { type: "button", class: "saved", title: description },
        name.replaceAll("-", " "),
      );
      button.addEventListener("click", () => {
        this.text.value = withoutComment(sql);
        keep(this.text.value);
        void this.ask();
      });
      return button;
    });
    this.text.value = kept() ?? withoutComment(queries[0]?.sql ?? `SELECT * FROM ${athenaTable}`);
    this.text.addEventListener("input", () => {
      keep(this.text.value);
    });
    this.run.addEventListener("click", ({ detail: clicks }) => {
      if (!this.running) void this.ask();
      // The second half of a double click would stop what the first has begun.
      else if (clicks < 2) this.stop();
    });
    const box = byId("query-box");
    box.addEventListener("keydown", ({ key }) => {
      if (key === "Escape") this.stop();
    });
    this.text.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      void this.ask();
    });
    onSchemeChange(() => this.plot?.recolour());
    this.showMoment(undefined, time);
    replaceContent(this.result, notice("empty", "Choose a query or write one."));
    replaceContent(
      box,
      element("div", { class: "saved-queries", role: "group", "aria-label": "Saved queries" }, ...this.saved),
      element("label", { for: "sql", class: "visually-hidden" }, "SQL"),
      this.text,
      element(
        "div",
        { class: "query-actions" },
        this.run,
        element(
          "span",
          { id: "sql-hint", class: "caption" },
          "Read-only. Ctrl+Enter runs it, Escape stops it.",
        ),
        this.status,
      ),
      this.result,
    );
  }

  /** Which state of the table is asked. */
  showMoment(snapshot: SnapshotInfo | undefined, time: TimeFormat): void {
    this.snapshot = snapshot;
    this.moment = snapshot
      ? `Asks the table as of ${time.full(snapshot.timestampMs)} ${time.zone}.`
      : "Asks the current snapshot.";
    this.showStatus();
  }

  private async ask(): Promise<void> {
    this.running?.abort.abort();
    clearInterval(this.running?.timer);
    const abort = new AbortController();
    const timer = setInterval(() => {
      this.showStatus();
    }, 1_000);
    const running: RunningQuery = { abort, timer, startedAt: performance.now() };
    this.running = running;
    this.result.setAttribute("aria-busy", "true");
    this.run.classList.add("is-running");
    setText(this.run, "Stop");
    this.showStatus();
    const id = this.snapshot?.id;
    const question = { sql: this.text.value, ...(id !== undefined && { snapshotId: id }) };
    try {
      const answer = await server.query(question, abort.signal);
      if (this.running === running) this.showAnswer(answer);
    } catch (error) {
      if (this.running === running)
        this.showError(error instanceof RefusedError ? error.refusal : { error: String(error) });
    }
    if (this.running === running) this.rest();
  }

  /** The server stops the query when it sees that nobody waits for the answer. */
  private stop(): void {
    if (!this.running) return;
    const { abort, startedAt } = this.running;
    this.rest();
    abort.abort();
    const text = `Stopped after ${seconds((performance.now() - startedAt) / 1000)}.`;
    replaceContent(this.result, notice("empty", text));
  }

  /** Is ready for another query. */
  private rest(): void {
    clearInterval(this.running?.timer);
    this.running = undefined;
    this.result.removeAttribute("aria-busy");
    this.run.classList.remove("is-running");
    setText(this.run, "Run");
    this.showStatus();
  }

  private showStatus(): void {
    const { running } = this;
    const elapsed = running ? Math.floor((performance.now() - running.startedAt) / 1000) : 0;
    setText(this.status, running ? `Running … ${elapsed} s` : this.moment);
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
    this.plot = choice && resultPlot(answer, choice);
    const parts = element(
      "div",
      { class: choice ? "result-parts has-plot" : "result-parts" },
      rows.length > 0 ? table : notice("empty", "No rows."),
      this.plot?.node,
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

/** A browser may keep nothing: then a reload begins anew. */
function keep(sql: string): void {
  try {
    sessionStorage.setItem(storageName, sql);
  } catch {
    return;
  }
}

function kept(): string | undefined {
  try {
    return sessionStorage.getItem(storageName) ?? undefined;
  } catch {
    return undefined;
  }
}

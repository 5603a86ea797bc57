import type { AbsoluteRange } from "../api";
import { rangeProblem } from "../time-range";
import { element, setText } from "./dom";
import { timeFormat, type Zone } from "./format";

const minuteMs = 60_000;
const panelWidth = 320;
const margin = 14;
const panelId = "custom-range";

export interface CustomRangeOptions {
  /** The server's clock, which need not be the browser's. */
  readonly now: () => number;
  /** What the dashboard shows when the panel opens. */
  readonly shown: () => AbsoluteRange;
  readonly zone: () => Zone;
  /** When metrics begin. */
  readonly startedAtMs: number;
  readonly onApply: (range: AbsoluteRange) => void;
}

/** A button with a panel to choose a start and an end, in the zone that the page shows times in. */
export class CustomRange {
  readonly button = element(
    "button",
    { type: "button", popovertarget: panelId, "aria-haspopup": "dialog" },
    "Custom",
  );
  private readonly start = new MomentField("start", "Start");
  private readonly end = new MomentField("end", "End");
  private readonly note = element("p", { class: "caption" });
  readonly panel = element(
    "form",
    {
      id: panelId,
      class: "range-panel",
      popover: "auto",
      role: "dialog",
      "aria-label": "Custom time range",
      novalidate: true,
    },
    element("h3", {}, "Custom time range"),
    this.start.node,
    this.end.node,
    this.note,
    element(
      "div",
      { class: "range-actions" },
      element("button", { type: "submit", class: "primary" }, "Apply"),
      element("button", { type: "button", popovertarget: panelId, popovertargetaction: "hide" }, "Cancel"),
    ),
  );

  constructor(private readonly options: CustomRangeOptions) {
    this.panel.addEventListener("beforetoggle", ({ newState }) => {
      if (newState === "open") this.prepare();
    });
    this.panel.addEventListener("submit", (event) => {
      event.preventDefault();
      this.apply();
    });
  }

  private prepare(): void {
    const { now, shown, zone, startedAtMs } = this.options;
    const { startMs, endMs } = shown();
    const newest = Math.floor(now() / minuteMs) * minuteMs;
    this.start.show(Math.floor(startMs / minuteMs) * minuteMs, zone(), newest);
    this.end.show(Math.min(Math.ceil(endMs / minuteMs) * minuteMs, newest), zone(), newest);
    const began = timeFormat(zone()).full(startedAtMs).slice(0, -3);
    setText(this.note, `Metrics begin at ${began}.`);
    this.place();
  }

  /** Under the button, and whole on the screen. */
  private place(): void {
    const { bottom, right } = this.button.getBoundingClientRect();
    const width = Math.min(panelWidth, document.documentElement.clientWidth - 2 * margin);
    const { style } = this.panel;
    style.inlineSize = `${width}px`;
    style.top = `${bottom + window.scrollY + 6}px`;
    style.left = `${Math.max(margin, right - width)}px`;
  }

  private apply(): void {
    const range = { startMs: this.start.read(), endMs: this.end.read() };
    const fields = { start: this.start, end: this.end };
    for (const field of Object.values(fields)) field.complain(undefined);
    const empty = Object.values(fields).filter((field) => Number.isNaN(field.read()));
    for (const field of empty) field.complain("Enter a date and a time.");
    const problem = empty.length > 0 ? undefined : rangeProblem(range, this.options.now());
    if (problem) fields[problem.edge].complain(problem.message);
    const wrong = empty[0] ?? (problem && fields[problem.edge]);
    if (wrong) {
      wrong.focus();
      return;
    }
    this.panel.hidePopover();
    this.options.onApply(range);
  }
}

/** A date and a time of day, to the minute, with what is wrong about them below. */
class MomentField {
  readonly node: HTMLElement;
  private readonly label = element("span");
  private readonly input: HTMLInputElement;
  private readonly problem: HTMLElement;
  private zone: Zone = "UTC";

  constructor(
    edge: "start" | "end",
    private readonly name: string,
  ) {
    const problemId = `${panelId}-${edge}-problem`;
    this.problem = element("p", { id: problemId, class: "field-problem", "aria-live": "polite" });
    this.input = element("input", {
      type: "datetime-local",
      required: true,
      autofocus: edge === "start",
      "aria-describedby": problemId,
    });
    this.input.addEventListener("input", () => {
      this.complain(undefined);
    });
    this.node = element(
      "div",
      { class: "range-field" },
      element("label", {}, this.label, this.input),
      this.problem,
    );
  }

  show(ms: number, zone: Zone, newestMs: number): void {
    this.zone = zone;
    setText(this.label, `${this.name} (${zone === "UTC" ? zone : "local time"})`);
    this.input.value = inputText(ms, zone);
    this.input.max = inputText(newestMs, zone);
    this.complain(undefined);
  }

  /** Milliseconds since the Unix epoch; NaN for a moment that is not complete. */
  read(): number {
    return Date.parse(this.zone === "UTC" ? `${this.input.value}Z` : this.input.value);
  }

  complain(message: string | undefined): void {
    this.input.setAttribute("aria-invalid", String(message !== undefined));
    setText(this.problem, message ?? "");
  }

  focus(): void {
    this.input.focus();
  }
}

/** `2026-01-01T00:05` */
function inputText(ms: number, zone: Zone): string {
  return timeFormat(zone).full(ms).replace(" ", "T").slice(0, 16);
}

import type { AbsoluteRange, TimeRange } from "../api";
import { CustomRange, type CustomRangeOptions } from "./custom-range";
import { byId, element, replaceContent, setText } from "./dom";
import { timeFormat, type Zone } from "./format";

/** What the user has chosen to see. */
export interface TimeChoice {
  readonly range: TimeRange;
  /** Seconds between two refreshes; 0 for each change as it comes, undefined for none. */
  readonly refreshSeconds: number | undefined;
  readonly zone: Zone;
}

/** CloudWatch's, and a quarter of an hour for a pipeline that has only begun. */
const ranges = [
  ["15m", 900, "15 minutes"],
  ["1h", 3_600, "hour"],
  ["3h", 10_800, "3 hours"],
  ["12h", 43_200, "12 hours"],
  ["1d", 86_400, "day"],
  ["3d", 259_200, "3 days"],
  ["1w", 604_800, "week"],
] as const;

const refreshes = [
  ["Live", "0"],
  ["10 seconds", "10"],
  ["1 minute", "60"],
  ["2 minutes", "120"],
  ["5 minutes", "300"],
  ["15 minutes", "900"],
  ["Off", "off"],
] as const;

export const shortestRangeSeconds = ranges[0][1];
const storageName = "time";

export interface TimeControlsOptions extends Pick<CustomRangeOptions, "now" | "shown" | "startedAtMs"> {
  readonly initialRangeSeconds: number;
  readonly onChange: (choice: TimeChoice) => void;
  readonly onRefresh: () => void;
  readonly onZoomOut: () => void;
}

/** The choice of time range, refresh and time zone, and what is shown of it. */
export class TimeControls {
  choice: TimeChoice;
  /** What an absolute range gives way to. */
  private lastRelative: { readonly seconds: number };
  private zoom: AbsoluteRange | undefined;
  private problem: string | undefined;
  private readonly inputs: readonly HTMLInputElement[];
  private readonly custom: CustomRange;
  private readonly back = element("button", { type: "button", class: "small primary", hidden: true });
  private readonly label = byId("range-label");

  constructor(private readonly options: TimeControlsOptions) {
    const { seconds, ...others } = remembered(options.initialRangeSeconds);
    this.lastRelative = { seconds };
    this.choice = { range: this.lastRelative, ...others };
    this.custom = new CustomRange({
      ...options,
      zone: () => this.choice.zone,
      onApply: (range) => {
        this.change({ range });
      },
    });
    const refresh = element("button", { type: "button" }, "Refresh");
    refresh.addEventListener("click", options.onRefresh);
    this.back.addEventListener("click", () => {
      this.goBack();
    });
    this.label.before(this.back);
    this.inputs = ranges.map(([, value]) => element("input", { type: "radio", name: "range", value }));
    replaceContent(
      byId("time-controls"),
      element("div", { class: "ranges" }, this.rangeChoice(), this.custom.button, this.custom.panel),
      this.refreshChoice(),
      refresh,
      this.zoneChoice(),
    );
    this.show();
  }

  showZoom(zoom: AbsoluteRange | undefined): void {
    this.zoom = zoom;
    this.show();
  }

  /** What keeps the chosen range from being loaded. */
  showProblem(problem: string | undefined): void {
    this.problem = problem;
    this.show();
  }

  private show(): void {
    const { range, zone } = this.choice;
    const isRelative = "seconds" in range;
    for (const input of this.inputs) input.checked = isRelative && Number(input.value) === range.seconds;
    this.custom.button.setAttribute("aria-pressed", String(!isRelative));
    this.back.hidden = !this.zoom && isRelative;
    setText(this.back, this.zoom ? "Reset zoom" : "Back to live");
    const shown = this.zoom ?? range;
    const text = "seconds" in shown ? `Last ${nameOf(shown.seconds)}` : between(shown, zone);
    setText(this.label, this.problem ?? text);
    this.label.classList.toggle("is-bad", this.problem !== undefined);
  }

  private goBack(): void {
    if (this.zoom) this.options.onZoomOut();
    else this.change({ range: this.lastRelative });
    // The button is gone then, and must not take the keyboard's place with it.
    if (this.back.hidden) this.inputs.find(({ checked }) => checked)?.focus();
  }

  private rangeChoice(): HTMLElement {
    const choices = ranges.map(([label, seconds, name], index) => {
      const input = this.inputs[index];
      input?.addEventListener("change", () => {
        this.lastRelative = { seconds };
        this.change({ range: this.lastRelative });
      });
      return element("label", { class: "segment", title: `Last ${name}` }, input, element("span", {}, label));
    });
    return element(
      "fieldset",
      { class: "segments" },
      element("legend", { class: "visually-hidden" }, "Time range"),
      ...choices,
    );
  }

  private refreshChoice(): HTMLElement {
    const current = this.choice.refreshSeconds === undefined ? "off" : String(this.choice.refreshSeconds);
    const options = refreshes.map(([label, value]) =>
      element("option", { value, selected: value === current }, label),
    );
    const select = element("select", {}, ...options);
    select.addEventListener("change", () => {
      this.change({ refreshSeconds: select.value === "off" ? undefined : Number(select.value) });
    });
    return element("label", { class: "choice" }, "Auto refresh", select);
  }

  private zoneChoice(): HTMLElement {
    const options = (["UTC", "local"] as const).map((zone) =>
      element(
        "option",
        { value: zone, selected: zone === this.choice.zone },
        zone === "UTC" ? "UTC" : "Local time",
      ),
    );
    const select = element("select", { "aria-label": "Time zone" }, ...options);
    select.addEventListener("change", () => {
      this.change({ zone: select.value === "local" ? "local" : "UTC" });
    });
    return element("label", { class: "choice" }, select);
  }

  private change(difference: Partial<TimeChoice>): void {
    this.choice = { ...this.choice, ...difference };
    const { refreshSeconds, zone } = this.choice;
    remember({ seconds: this.lastRelative.seconds, refreshSeconds, zone });
    this.options.onChange(this.choice);
    this.show();
  }
}

function nameOf(seconds: number): string {
  return ranges.find(([, value]) => value === seconds)?.[2] ?? `${seconds} seconds`;
}

/** `2026-01-01 00:05 – 01:05 UTC`; the day of the end only where it is another one. */
function between({ startMs, endMs }: AbsoluteRange, zone: Zone): string {
  const [start = "", end = ""] = [startMs, endMs].map((ms) => timeFormat(zone).full(ms).slice(0, 16));
  const isOneDay = start.slice(0, 10) === end.slice(0, 10);
  return `${start} – ${isOneDay ? end.slice(11) : end} ${zone === "UTC" ? zone : "local time"}`;
}

/** An absolute range is left with the page: whoever comes back wants to see what happens now. */
interface Remembered extends Omit<TimeChoice, "range"> {
  readonly seconds: number;
}

/** A browser may keep nothing: then every visit begins anew. */
function remember({ seconds, refreshSeconds, zone }: Remembered): void {
  try {
    const kept = { rangeSeconds: seconds, refreshSeconds: refreshSeconds ?? "off", zone };
    localStorage.setItem(storageName, JSON.stringify(kept));
  } catch {
    return;
  }
}

function remembered(initialRangeSeconds: number): Remembered {
  try {
    const stored = JSON.parse(localStorage.getItem(storageName) ?? "{}") as Partial<Record<string, unknown>>;
    const range = ranges.find(([, value]) => value === stored.rangeSeconds);
    const [, refresh = "0"] = refreshes.find(([, value]) => value === String(stored.refreshSeconds)) ?? [];
    return {
      seconds: range ? range[1] : initialRangeSeconds,
      refreshSeconds: refresh === "off" ? undefined : Number(refresh),
      zone: stored.zone === "local" ? "local" : "UTC",
    };
  } catch {
    return { seconds: initialRangeSeconds, refreshSeconds: 0, zone: "UTC" };
  }
}

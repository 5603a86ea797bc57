import { byId, element, replaceContent } from "./dom";
import type { Zone } from "./format";

/** What the user has chosen to see. */
export interface TimeChoice {
  readonly rangeSeconds: number;
  /** Seconds between two refreshes; 0 for each change as it comes, undefined for none. */
  readonly refreshSeconds: number | undefined;
  readonly zone: Zone;
}

/** CloudWatch's, and a quarter of an hour for a pipeline that has only begun. */
const ranges = [
  ["15m", 900],
  ["1h", 3_600],
  ["3h", 10_800],
  ["12h", 43_200],
  ["1d", 86_400],
  ["3d", 259_200],
  ["1w", 604_800],
] as const;

const refreshes = [
  ["Live", "0"],
  ["10 seconds", "10"],
  ["1 minute", "60"],
  ["5 minutes", "300"],
  ["Off", "off"],
] as const;

export const shortestRangeSeconds = ranges[0][1];
export const longestRangeSeconds = ranges[ranges.length - 1]?.[1] ?? 0;
const storageName = "time";

export interface TimeControlsOptions {
  readonly initialRangeSeconds: number;
  readonly onChange: (choice: TimeChoice) => void;
  readonly onRefresh: () => void;
  readonly onZoomOut: () => void;
}

/** The choice of time range, refresh and time zone, remembered by the browser. */
export class TimeControls {
  choice: TimeChoice;
  private readonly zoomOut = element(
    "button",
    { type: "button", class: "small primary", hidden: true },
    "Reset zoom",
  );

  constructor(private readonly options: TimeControlsOptions) {
    const initial: TimeChoice = { rangeSeconds: options.initialRangeSeconds, refreshSeconds: 0, zone: "UTC" };
    this.choice = remembered(initial);
    const refresh = element("button", { type: "button", class: "small" }, "Refresh");
    refresh.addEventListener("click", options.onRefresh);
    this.zoomOut.addEventListener("click", options.onZoomOut);
    replaceContent(
      byId("time-controls"),
      this.zoomOut,
      this.rangeChoice(),
      this.refreshChoice(),
      refresh,
      this.zoneChoice(),
    );
  }

  showZoom(isZoomed: boolean): void {
    this.zoomOut.hidden = !isZoomed;
  }

  private rangeChoice(): HTMLElement {
    const choices = ranges.map(([label, rangeSeconds]) => {
      const input = element("input", {
        type: "radio",
        name: "range",
        value: rangeSeconds,
        checked: rangeSeconds === this.choice.rangeSeconds,
      });
      input.addEventListener("change", () => {
        this.change({ rangeSeconds });
      });
      return element("label", { class: "segment" }, input, element("span", {}, label));
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
    remember(this.choice);
    this.options.onChange(this.choice);
  }
}

/** A browser may keep nothing: then every visit begins anew. */
function remember(choice: TimeChoice): void {
  try {
    localStorage.setItem(
      storageName,
      JSON.stringify({ ...choice, refreshSeconds: choice.refreshSeconds ?? "off" }),
    );
  } catch {
    return;
  }
}

function remembered(initial: TimeChoice): TimeChoice {
  try {
    const stored = JSON.parse(localStorage.getItem(storageName) ?? "{}") as Partial<Record<string, unknown>>;
    const range = ranges.find(([, value]) => value === stored.rangeSeconds);
    const refresh = refreshes.find(([, value]) => value === String(stored.refreshSeconds));
    return {
      rangeSeconds: range ? range[1] : initial.rangeSeconds,
      refreshSeconds: refresh
        ? refresh[1] === "off"
          ? undefined
          : Number(refresh[1])
        : initial.refreshSeconds,
      zone: stored.zone === "local" ? "local" : "UTC",
    };
  } catch {
    return initial;
  }
}

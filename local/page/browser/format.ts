const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const fraction = new Intl.NumberFormat("en-US", { maximumFractionDigits: 2 });
const compactNumber = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 2 });

export const count = (value: number) => whole.format(value);

/** `1,234`, `12.35`: as precise as is read at a glance. */
export const number = (value: number) => (Number.isInteger(value) ? whole : fraction).format(value);

/** `12K`, `1.2M`: for axes. */
export const compact = (value: number) => compactNumber.format(value);

export function bytes(value: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const power = value < 1 ? 0 : Math.min(Math.floor(Math.log2(value) / 10), units.length - 1);
  return `${number(Math.round((value / 1024 ** power) * 10) / 10)} ${units[power] ?? ""}`;
}

/** `45 s`, `4 min`, `3 h`, `14 d`. */
export function seconds(value: number): string {
  if (value < 60) return `${Math.max(0, Math.ceil(value))} s`;
  const [size, unit] = value < 3_600 ? [60, "min"] : value < 86_400 ? [3_600, "h"] : [86_400, "d"];
  return `${number(Math.round((value / size) * 10) / 10)} ${unit}`;
}

export function countdown(value: number): string {
  const left = Math.max(0, Math.ceil(value));
  return `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
}

/** Of the axis, in the page's time zone. */
export type Zone = "UTC" | "local";

export interface TimeFormat {
  readonly zone: Zone;
  /** `2026-01-01 00:05:00` */
  full(ms: number): string;
  /** `00:05:00` */
  clock(ms: number): string;
}

export function timeFormat(zone: Zone): TimeFormat {
  const format = new Intl.DateTimeFormat("sv-SE", {
    ...(zone === "UTC" && { timeZone: "UTC" }),
    dateStyle: "short",
    timeStyle: "medium",
  });
  return {
    zone,
    full: (ms) => format.format(ms),
    clock: (ms) => format.format(ms).slice(-8),
  };
}

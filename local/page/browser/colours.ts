/** A colour of the current scheme, by the custom property that styles/base.css gives it. */
export function colour(property: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(property).trim();
}

const seriesColours = ["--series-1", "--series-2", "--series-3", "--series-4"];

/** What the dashboard body names, which CloudWatch draws in both schemes, or the next of our own. */
export function seriesColour(named: string | undefined, index: number): string {
  return named ?? colour(seriesProperty(index));
}

/** The same for a style, which follows a change of scheme by itself. */
export function seriesStyle(named: string | undefined, index: number): string {
  return named ?? `var(${seriesProperty(index)})`;
}

function seriesProperty(index: number): string {
  return seriesColours[index % seriesColours.length] ?? "";
}

export function onSchemeChange(listener: () => void): void {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", listener);
}

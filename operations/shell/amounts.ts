/** Money, to the cent; what rounds to nothing but is something says so. */
export function usd(value: number): string {
  if (value > 0 && value < 0.005) return "< $0.01";
  const digits = value >= 1000 ? 0 : 2;
  return `$${value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits })}`;
}

/** In decimal units, as AWS's bills and this project's documents have them. */
export function bytes(value: number): string {
  const units = ["B", "KB", "MB", "GB", "TB", "PB"];
  const power = value < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(value) / 3));
  const scaled = (value / 1000 ** power).toLocaleString("en-US", {
    maximumFractionDigits: power === 0 ? 0 : 1,
  });
  return `${scaled} ${units[power] ?? ""}`;
}

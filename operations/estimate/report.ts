import { formatTable } from "../../local/cli/table";
import { pricedRegion, pricesAsOf } from "../../pipeline/prices";
import { settings } from "../../pipeline/settings";
import { bytes, usd } from "../shell/amounts";
import type { Ink } from "../shell/ink";
import { generatorItem, type Amount } from "./cost";
import { duration, percent, type ScaledEstimate } from "./scaling";

const whole = (value: number) => Math.round(value).toLocaleString("en-US");

function range({ low, high }: Amount): string {
  return usd(low) === usd(high) ? usd(low) : `${usd(low)} to ${usd(high)}`;
}

/** The estimate as text for people. The first one is the workload as it is. */
export function estimateReport(estimates: readonly ScaledEstimate[], ink: Ink): string {
  const [now] = estimates;
  if (!now) return "";
  const { workload } = now;
  const { runSeconds, scheduleSeconds } = settings.generator;
  const pace = workload.generator ? ` for ${runSeconds} of every ${scheduleSeconds} s` : ", all the time";
  const parts = [
    ink("bold", "Workload"),
    `${whole(workload.recordsPerSecond)} records a second${pace}, ${whole(workload.recordBytes)} bytes each, in ${workload.region}; ` +
      `${whole(now.capacity.recordsPerMonth)} records and ${bytes(now.capacity.bytesPerMonth)} in 30 days.`,
    "",
    ink("bold", "Cost of the first month (30 days)"),
    costTable(now),
    ...costNotes(now),
    "",
    ink("bold", "Capacity"),
    capacityLines(now),
    "",
    ink("bold", "When it grows"),
    growthTable(estimates),
    ...estimates.flatMap(changeLines(ink)),
  ];
  return `${parts.join("\n")}\n`;
}

function sourcesOf({ cost }: ScaledEstimate): string[] {
  return [...new Set(cost.items.map(({ price }) => `${price.source} (${price.confidence})`))];
}

function costTable(estimate: ScaledEstimate): string {
  const { items, total } = estimate.cost;
  const sources = sourcesOf(estimate);
  const rows = items.map(({ name, amount, formula, price }) => [
    name,
    range(amount),
    formula,
    `[${sources.indexOf(`${price.source} (${price.confidence})`) + 1}]`,
  ]);
  const heads = [{ name: "item" }, { name: "USD", isNumber: true }, { name: "formula" }, { name: "" }];
  return formatTable(heads, [...rows, ["total", range(total), "", ""]]);
}

function costNotes(estimate: ScaledEstimate): string[] {
  const { cost, workload } = estimate;
  const { dominant, total } = cost;
  return [
    ...sourcesOf(estimate).map((source, index) => `[${index + 1}] ${source}`),
    `Prices of ${pricedRegion}, ${pricesAsOf}. documented: read off that page; quoted: quoted from it by others; common: known from bills.`,
    ...(workload.region === pricedRegion
      ? []
      : [
          `${workload.region} may cost more or less than ${pricedRegion}; the quotas below are those of ${workload.region}.`,
        ]),
    "/ 2: a month that begins empty holds half of its data on average. A commit writes 4 objects and reads 3.",
    "Stored bytes are taken as the bytes of JSON: Parquet is smaller, files not yet compacted and old snapshots come on top.",
    "Not counted: Athena queries, KMS and Lambda requests, data transfer, tax, discounts.",
    "",
    `${dominant.name}: ${percent(dominant.amount.high / total.high)} of the total.`,
    ...(dominant.name === generatorItem
      ? [
          "Lambda charges for the seconds that the generator sleeps; producers of your own would not pay for it (--no-generator).",
        ]
      : []),
    ...(workload.generator
      ? [
          `Lambda's free seconds take up to ${usd(cost.lambdaFree)} off, if nothing else in the account uses them.`,
        ]
      : []),
    `Storage grows: every month adds about ${usd(cost.storageGrowth)} to all later bills, until rows are deleted.`,
  ];
}

function capacityLines({ capacity, workload }: ScaledEstimate): string {
  const { flushSeconds, longestWaitSeconds, flushedBy, flushesPerDay, bytesPerFlush } = capacity;
  const trigger =
    flushedBy === "size"
      ? `the buffer's ${workload.bufferingSizeMib} MiB fill before its ${settings.deliveryStream.bufferingIntervalSeconds} s are over`
      : `the buffer's ${settings.deliveryStream.bufferingIntervalSeconds} s end before its ${workload.bufferingSizeMib} MiB are full`;
  const quotas = formatTable(
    [
      { name: `Direct PUT quota, ${workload.region}` },
      { name: "used", isNumber: true },
      { name: "default limit", isNumber: true },
      { name: "share", isNumber: true },
    ],
    capacity.quotas.map(({ name, used, limit, share }) => [name, whole(used), whole(limit), percent(share)]),
  );
  return [
    `A commit every ${duration(flushSeconds)} on average: ${trigger}.`,
    `${whole(flushesPerDay)} commits and data files a day, ${bytes(bytesPerFlush)} of JSON each, before S3 Tables compacts them.`,
    `A record can be queried ${duration(longestWaitSeconds)} after it was sent at most, ${duration(flushSeconds / 2)} on average, and the time of a commit on top.`,
    quotas,
  ].join("\n");
}

function growthTable(estimates: readonly ScaledEstimate[]): string {
  const line = (name: string, value: (estimate: ScaledEstimate) => string) => [name, ...estimates.map(value)];
  return formatTable(
    [
      { name: "" },
      ...estimates.map(({ factor }) => ({ name: factor === 1 ? "now" : `${factor}x`, isNumber: true })),
    ],
    [
      line("records a second", ({ workload }) => whole(workload.recordsPerSecond)),
      line("bytes a second", ({ capacity }) => bytes(capacity.bytesPerSecond)),
      line("USD, first month", ({ cost }) => range(cost.total)),
      line("dominated by", ({ cost }) => cost.dominant.name),
      line("PutRecordBatch calls a second", ({ capacity }) => whole(capacity.callsPerSecond)),
      line("generator functions", ({ capacity }) => whole(capacity.functions)),
      line("a commit every, on average", ({ capacity }) => duration(capacity.flushSeconds)),
      line("a record waits, at most", ({ capacity }) => duration(capacity.longestWaitSeconds)),
      line("commits and data files a day", ({ capacity }) => whole(capacity.flushesPerDay)),
      line("fullest quota", ({ capacity }) =>
        percent(Math.max(...capacity.quotas.map(({ share }) => share))),
      ),
    ],
  );
}

function changeLines(ink: Ink): (estimate: ScaledEstimate) => string[] {
  return ({ factor, changes }) => {
    const title = ink("bold", factor === 1 ? "Now" : `At ${factor}x`);
    return [
      "",
      title,
      ...(changes.length > 0 ? changes : ["Nothing has to change."]).map((change) => `- ${change}`),
    ];
  };
}

import { lambdaFreeGbSeconds, prices, type Price } from "../../pipeline/prices";
import { settings } from "../../pipeline/settings";
import { daysPerMonth, type Capacity, type Workload } from "./workload";

/** US dollars a month. */
export interface Amount {
  readonly low: number;
  readonly high: number;
}

/** One line of the bill. */
export interface LineItem {
  readonly name: string;
  readonly amount: Amount;
  /** How the amount came about, with the numbers. */
  readonly formula: string;
  readonly price: Price;
}

export interface MonthlyCost {
  readonly items: readonly LineItem[];
  readonly total: Amount;
  /** The largest item. */
  readonly dominant: LineItem;
  /** What each month's data adds to every later bill. */
  readonly storageGrowth: number;
  /** What Lambda's free seconds take off, in an account that uses them for nothing else. */
  readonly lambdaFree: number;
}

/** The item that producers of the user's own would not cause. */
export const generatorItem = "Lambda, generator";

/** AWS bills most sizes by 2^30; with 10^9 the estimate is at most 7 % too high. */
const GB = 1e9;
const monthMinutes = daysPerMonth * 24 * 60;

/**
 * Objects that one Iceberg commit writes: a data file, a manifest, a manifest list and a metadata file (Iceberg spec,
 * "Table Metadata"); and reads, to build on the snapshot before: metadata file, manifest list, one manifest.
 */
const perCommit = { puts: 4, gets: 3 } as const;

const count = (value: number) =>
  value.toLocaleString("en-US", { maximumFractionDigits: value < 100 ? 1 : 0 });

/** The first month's bill. Later months cost `storageGrowth` more, each than the one before. */
export function monthlyCost(workload: Workload, capacity: Capacity): MonthlyCost {
  const gigabytes = capacity.bytesPerMonth / GB;
  const commits = capacity.flushesPerDay * daysPerMonth;
  const items: LineItem[] = [];
  const add = (name: string, price: Price, units: number, formula: string) => {
    const amount = units * price.usd;
    items.push({ name, price, formula: `${formula} x $${price.usd}`, amount: { low: amount, high: amount } });
  };

  const { memoryMib, runSeconds, scheduleSeconds } = settings.generator;
  const runs = (monthMinutes * 60) / scheduleSeconds;
  const gbSeconds = capacity.functions * runs * runSeconds * (memoryMib / 1024);
  if (workload.generator) {
    const functions = capacity.functions === 1 ? "" : `${capacity.functions} functions x `;
    const formula = `${functions}${count(runs)} runs x ${runSeconds} s x ${memoryMib / 1024} GB`;
    add(generatorItem, prices.lambdaArm64, gbSeconds, formula);
  }
  const volume = `${count(gigabytes)} GB`;
  add("Firehose", prices.firehoseToIceberg, gigabytes, volume);
  add("S3 Tables storage", prices.s3TablesStorage, gigabytes / 2, `${volume} / 2`);
  const requests = (each: number) => (commits * each) / 1000;
  const formula = (each: number) => `${count(commits)} commits x ${each} / 1,000`;
  add("S3 Tables PUT", prices.s3TablesPut, requests(perCommit.puts), formula(perCommit.puts));
  add("S3 Tables GET", prices.s3TablesGet, requests(perCommit.gets), formula(perCommit.gets));
  const objects = commits * perCommit.puts;
  add(
    "S3 Tables monitoring",
    prices.s3TablesMonitoring,
    objects / 2 / 1000,
    `${count(objects)} objects / 2 / 1,000`,
  );
  add(
    "Compaction, objects",
    prices.compactionObjects,
    commits / 1000,
    `${count(commits)} data files / 1,000`,
  );
  add("Compaction, bytes", prices.compactionBytes, gigabytes, volume);
  if (workload.encrypted) add("KMS key", prices.kmsKey, 1, "1 key");
  items.push({
    name: "CloudWatch",
    price: prices.cloudWatchAtMost,
    amount: { low: 0, high: prices.cloudWatchAtMost.usd },
    formula: `up to $${prices.cloudWatchAtMost.usd}`,
  });

  const [dominant] = [...items].sort((a, b) => b.amount.high - a.amount.high);
  if (!dominant) throw new Error("a bill has at least one item");
  return {
    items,
    dominant,
    total: {
      low: items.reduce((sum, { amount }) => sum + amount.low, 0),
      high: items.reduce((sum, { amount }) => sum + amount.high, 0),
    },
    storageGrowth: gigabytes * prices.s3TablesStorage.usd,
    lambdaFree: Math.min(gbSeconds, lambdaFreeGbSeconds) * prices.lambdaArm64.usd,
  };
}

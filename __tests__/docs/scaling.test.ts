import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readRecord } from "../../benchmarks/record";
import {
  closeToQuota,
  estimate,
  duration,
  percent,
  type ScaledEstimate,
} from "../../operations/estimate/scaling";
import {
  cpuHeadroom,
  cpuSecondsPerRecord,
  defaultWorkload,
  sizeHintForInterval,
  type Workload,
} from "../../operations/estimate/workload";
import { bytes, usd } from "../../operations/shell/amounts";
import {
  directPutQuota,
  icebergDestinationLimits,
  putRecordBatchLimits,
  type DirectPutQuota,
} from "../../pipeline/firehose-limits";
import { longestRecordBytes } from "../../pipeline/generator-settings";
import { prices } from "../../pipeline/prices";
import { settings } from "../../pipeline/settings";

const text = readFileSync(join(__dirname, "..", "..", "docs", "scaling.md"), "utf8");
const smallRegion = "eu-central-1";
const { max: mostMib } = icebergDestinationLimits.bufferingSizeMib;
const mib = 2 ** 20;

const workload = (changes: Partial<Workload> = {}): Workload => ({ ...defaultWorkload, ...changes });

interface Scale {
  readonly now: ScaledEstimate;
  readonly elsewhere: ScaledEstimate;
  readonly ownProducers: ScaledEstimate;
  /** With the size hint raised as far as it helps. */
  readonly largerBuffer: ScaledEstimate;
}

function scale(factor: number): Scale {
  const now = estimate(workload(), factor);
  const bufferingSizeMib = Math.max(
    settings.deliveryStream.bufferingSizeMib,
    sizeHintForInterval(now.capacity, mostMib),
  );
  return {
    now,
    elsewhere: estimate(workload({ region: smallRegion }), factor),
    ownProducers: estimate(workload({ generator: false }), factor),
    largerBuffer: estimate(workload({ bufferingSizeMib }), factor),
  };
}

const factors = [1, 10, 100, 10_000];
const scales = factors.map(scale);
const number = (value: number) => Math.round(value).toLocaleString("en-US");
const fullest = ({ capacity }: ScaledEstimate) =>
  percent(Math.max(...capacity.quotas.map(({ share }) => share)));
const compaction = ({ cost }: ScaledEstimate) =>
  cost.items
    .filter(({ name }) => name.startsWith("Compaction"))
    .reduce((sum, { amount }) => sum + amount.high, 0);
/** Of the generator's readings, in the data files of the day that was measured. */
function parquetBytesPerRecord(): number {
  const { recordsPerSecond, runSeconds, scheduleSeconds } = settings.generator;
  const measured = readRecord().results.day?.find(({ name }) => name === "size of the data files");
  const records = recordsPerSecond * runSeconds * (86_400 / scheduleSeconds);
  return ((measured?.median ?? NaN) * 1e6) / records;
}

const parquetInCommit = ({ capacity, workload }: ScaledEstimate) =>
  bytes((capacity.bytesPerFlush / workload.recordBytes) * parquetBytesPerRecord());
const bytesPerDay = ({ capacity }: ScaledEstimate) => capacity.bytesPerMonth / 30;

/** Each row of the page's tables: its name, and what each scale says. */
const rows: readonly (readonly [name: string, value: (scale: Scale) => string])[] = [
  ["records a second", ({ now }) => number(now.workload.recordsPerSecond)],
  ["bytes a second", ({ now }) => bytes(now.capacity.bytesPerSecond)],
  ["`PutRecordBatch` calls a second", ({ now }) => number(now.capacity.callsPerSecond)],
  ["generator functions", ({ now }) => number(now.capacity.functions)],
  ["fullest quota, large Regions", ({ now }) => fullest(now)],
  ["fullest quota, other Regions", ({ elsewhere }) => fullest(elsewhere)],
  ["a commit every, on average", ({ now }) => duration(now.capacity.flushSeconds)],
  ["a record waits, at most", ({ now }) => duration(now.capacity.longestWaitSeconds)],
  ["commits and data files a day", ({ now }) => number(now.capacity.flushesPerDay)],
  ["JSON in a commit", ({ now }) => bytes(now.capacity.bytesPerFlush)],
  ["Parquet in a commit", ({ now }) => parquetInCommit(now)],
  ["size hint in MiB", ({ largerBuffer }) => String(largerBuffer.workload.bufferingSizeMib)],
  ["with it, a commit every, on average", ({ largerBuffer }) => duration(largerBuffer.capacity.flushSeconds)],
  [
    "with it, a record waits, at most",
    ({ largerBuffer }) => duration(largerBuffer.capacity.longestWaitSeconds),
  ],
  ["with it, commits a day", ({ largerBuffer }) => number(largerBuffer.capacity.flushesPerDay)],
  ["with it, JSON in a commit", ({ largerBuffer }) => bytes(largerBuffer.capacity.bytesPerFlush)],
  ["JSON a day", ({ now }) => bytes(bytesPerDay(now))],
  ["Athena, all of a day, at most", ({ now }) => usd((bytesPerDay(now) / 1e12) * prices.athenaScan.usd)],
  ["compaction a month", ({ now }) => usd(compaction(now))],
  ["compaction a month, larger buffer", ({ largerBuffer }) => usd(compaction(largerBuffer))],
  ["first month", ({ now }) => usd(now.cost.total.high)],
  ["first month, own producers", ({ ownProducers }) => usd(ownProducers.cost.total.high)],
  ["first month, larger buffer", ({ largerBuffer }) => usd(largerBuffer.cost.total.high)],
  ["each month adds", ({ now }) => usd(now.cost.storageGrowth)],
];

const normalized = (markdown: string) => markdown.replaceAll(/[ \t]*\n[ \t]*/g, "\n").replaceAll(/ +/g, " ");
const line = (cells: readonly string[]) => normalized(`| ${cells.join(" | ")} |`);

const large = directPutQuota(settings.region);
const small = directPutQuota(smallRegion);
const quota = ({ recordsPerSecond, requestsPerSecond, bytesPerSecond }: DirectPutQuota) =>
  `${number(recordsPerSecond)} records, ${number(requestsPerSecond)} calls and ${bytesPerSecond / mib} MiB a second`;
const roomFor = ({ bytesPerSecond }: DirectPutQuota) =>
  `${number(Math.floor(bytesPerSecond / longestRecordBytes))} records of ${longestRecordBytes} bytes`;

function firstFactor(condition: (scale: Scale) => boolean): number {
  return factors[scales.findIndex(condition)] ?? NaN;
}

/** Every other number on the page, as part of the words that it belongs to. */
const sentences = [
  "at 10, 100 and 10,000 times the default rate of " +
    `${settings.generator.recordsPerSecond} records a second (for ${settings.generator.runSeconds} of every ` +
    `${settings.generator.scheduleSeconds} seconds)`,
  "npm run estimate -- --scale 10,100,10000",
  `${cpuSecondsPerRecord * 1e6} µs of CPU time for a record`,
  `busy for ${percent(cpuHeadroom)} of their share`,
  `passes ${percent(closeToQuota)} of a quota`,
  `records of ${longestRecordBytes} bytes in ${settings.region}`,
  quota(large),
  quota(small),
  roomFor(large),
  roomFor(small),
  "us-east-1, us-west-2 and eu-west-1",
  `at most ${putRecordBatchLimits.records} records and ${putRecordBatchLimits.bytes / mib} MiB`,
  `${settings.deliveryStream.bufferingSizeMib} MiB or ${settings.deliveryStream.bufferingIntervalSeconds} s`,
  `from ${icebergDestinationLimits.bufferingSizeMib.min} to ${mostMib} MiB`,
  `from ${icebergDestinationLimits.bufferingIntervalSeconds.min} to ` +
    `${icebergDestinationLimits.bufferingIntervalSeconds.max} s`,
  `pauses for ${settings.generator.scheduleSeconds - settings.generator.runSeconds} of every ` +
    `${settings.generator.scheduleSeconds} seconds`,
  `$${prices.athenaScan.usd} a TB`,
  `$${prices.compactionBytes.usd} a GB`,
  `${settings.generator.memoryMib} MiB`,
  `From ${number(firstFactor(({ largerBuffer }) => largerBuffer.capacity.flushedBy === "size"))} times the rate on, ` +
    "even the largest buffer",
  `at ${number(factors.at(-1) ?? NaN)} times the rate it lasts for ` +
    duration(scales.at(-1)?.largerBuffer.capacity.flushSeconds ?? NaN),
  `from ${number(firstFactor(({ now, ownProducers }) => ownProducers.cost.total.high > now.cost.total.high))} times ` +
    "the rate on their month costs more",
  line(["", ...factors.map((factor) => (factor === 1 ? "now" : `${number(factor)}x`))]),
];

describe("docs/scaling.md", () => {
  const page = normalized(text);
  const flowing = page.replaceAll("\n", " ");
  const parts = [...rows.map(([name, value]) => line([name, ...scales.map(value)])), ...sentences];

  it.each(parts)("says what the formulas give: %s", (part) => {
    expect(flowing).toContain(part);
  });

  it("has no number beside those", () => {
    const rest = [...parts]
      .sort((a, b) => b.length - a.length)
      .reduce((left, part) => left.replaceAll(part, ""), flowing);

    expect(rest.replaceAll("S3", "").match(/.{0,30}\d.{0,30}/g)).toBeNull();
  });
});

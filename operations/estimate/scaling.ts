import { icebergDestinationLimits } from "../../pipeline/firehose-limits";
import { generatorSettingsProblems } from "../../pipeline/generator-settings";
import { settings } from "../../pipeline/settings";
import { monthlyCost, type MonthlyCost } from "./cost";
import { capacityOf, sizeHintForInterval, type Capacity, type Workload } from "./workload";

/** A workload some times as large, what it costs, and what has to change for it. */
export interface ScaledEstimate {
  readonly factor: number;
  readonly workload: Workload;
  readonly capacity: Capacity;
  readonly cost: MonthlyCost;
  readonly changes: readonly string[];
}

/** From here on a quota should be raised before it is met. */
export const closeToQuota = 0.8;
/** A buffer that could hardly be larger is left alone. */
const worthwhileGrowth = 2;

export function estimate(workload: Workload, factor = 1): ScaledEstimate {
  const scaled = { ...workload, recordsPerSecond: workload.recordsPerSecond * factor };
  const capacity = capacityOf(scaled);
  return {
    factor,
    workload: scaled,
    capacity,
    cost: monthlyCost(scaled, capacity),
    changes: changesFor(scaled, capacity),
  };
}

const number = (value: number) => Math.round(value).toLocaleString("en-US");

function changesFor(workload: Workload, capacity: Capacity): string[] {
  const changes: string[] = [];
  const { generator } = settings;
  if (workload.generator) {
    if (capacity.callsPerSecond > 1) {
      changes.push(
        `${number(capacity.callsPerSecond)} PutRecordBatch calls a second: the generator spreads them over the ` +
          "second by itself.",
      );
    }
    if (capacity.functions > 1) {
      changes.push(
        `${number(capacity.functions)} functions that share the rate, or one of more memory: at ` +
          `${generator.memoryMib} MiB a function has too little CPU for all of it.`,
      );
    }
    const refused = generatorSettingsProblems(
      {
        ...generator,
        recordsPerSecond: Math.ceil(workload.recordsPerSecond / Math.max(1, capacity.functions)),
      },
      workload.region,
    );
    if (refused.length > 0) {
      changes.push(
        "Once the quota below is raised, write it into pipeline/firehose-limits.ts: the settings refuse more.",
      );
    }
  } else if (capacity.callsPerSecond > 1) {
    changes.push(`Producers make ${number(capacity.callsPerSecond)} PutRecordBatch calls a second at least.`);
  }

  for (const { name, share, used } of capacity.quotas) {
    if (share <= closeToQuota) continue;
    changes.push(
      `Ask AWS to raise the Direct PUT quota "${name}" to ${number(used / closeToQuota)} or more (Service Quotas, ` +
        `Amazon Data Firehose): ${percent(share)} of the default are used. Append-only streams also grow by ` +
        "themselves while they throttle.",
    );
  }

  const hint = sizeHintForInterval(capacity, icebergDestinationLimits.bufferingSizeMib.max);
  if (capacity.flushedBy === "size" && hint >= worthwhileGrowth * workload.bufferingSizeMib) {
    const larger = capacityOf({ ...workload, bufferingSizeMib: hint });
    changes.push(
      `Raise deliveryStream.bufferingSizeMib to ${hint}: ${number(larger.flushesPerDay)} commits and data files a ` +
        `day instead of ${number(capacity.flushesPerDay)}, each reader opens fewer files, and rows come after ` +
        `${duration(larger.longestWaitSeconds)} at most instead of ${duration(capacity.longestWaitSeconds)}.`,
    );
  }
  return changes;
}

export function percent(share: number): string {
  return `${share < 0.1 ? (share * 100).toFixed(1) : number(share * 100)} %`;
}

export function duration(seconds: number): string {
  if (seconds < 1) return `${seconds.toFixed(2)} s`;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

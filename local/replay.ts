import { randomUUID } from "node:crypto";
import type { PipelineNames } from "../pipeline/names";
import { sensorReadingColumns } from "../pipeline/sensor-reading";
import { settings } from "../pipeline/settings";
import type { Clock } from "./clock/clock";
import { VirtualClock } from "./clock/virtual-clock";
import type { StreamCounts } from "./firehose/delivery-stream";
import type { Faults } from "./firehose/faults";
import type { Invocation, LocalFunction } from "./function/local-function";
import type { FunctionError } from "./function/messages";
import { IcebergTable } from "./iceberg/table";
import { localGenerator, openLocalPipeline, type LocalPipeline } from "./local-pipeline";
import {
  emptyAccounts,
  readAccounts,
  tableSize,
  totalOf,
  type Accounts,
  type TableSize,
} from "./replay-accounts";
import { removeEarlierRun } from "./replay-warehouse";
import { scheduledEvent, until } from "./schedule";
import type { Warehouse } from "./warehouse";
import { lockWarehouse } from "./warehouse-lock";

export interface ReplayOptions {
  readonly names: PipelineNames;
  readonly warehouse: Warehouse;
  /** Invocations: the schedule makes one a minute. */
  readonly minutes: number;
  readonly seed: number;
  readonly faults: Faults;
  /** Adds to the table that is there, instead of replacing it. */
  readonly keep: boolean;
  /** Takes what the function logs. */
  readonly log: (text: string) => void;
  /** Hears of each invocation that is over. */
  readonly onMinute: (minute: number, acknowledged: number) => void;
}

export interface ReplaySummary {
  readonly records: {
    /** Acknowledged to the function. */
    readonly sent: number;
    /** Rows that this run added to the table, counted there. */
    readonly delivered: number;
    /** Records that this run added to the error bucket, counted there, by error code. */
    readonly failed: Readonly<Record<string, number>>;
    /** Sent and neither delivered nor failed; below zero when there are more than were sent. */
    readonly unaccounted: number;
  };
  /** Rows that the table holds now. */
  readonly rows: number;
  readonly table: TableSize;
  readonly invocations: number;
  /** Of the invocations that failed, in their order. */
  readonly invocationErrors: readonly FunctionError[];
  readonly simulatedMs: number;
  readonly wallMs: number;
}

/** Where virtual time begins: the same rows come at every run. */
export const firstInstant = Date.parse("2026-01-01T00:00:00Z");

const minuteMs = settings.generator.scheduleSeconds * 1000;

/**
 * Runs the pipeline for some minutes of virtual time, until everything that was sent is delivered, and counts what
 * became of it where it lies.
 *
 * @throws UserError when another process uses the warehouse, or what is there is not this pipeline's
 */
export async function replay(options: ReplayOptions): Promise<ReplaySummary> {
  const lock = await lockWarehouse(options.warehouse.root);
  try {
    return await replayAlone(options);
  } finally {
    lock.release();
  }
}

async function replayAlone(options: ReplayOptions): Promise<ReplaySummary> {
  const { names, warehouse, keep, faults } = options;
  const wallStart = performance.now();
  if (!keep) await removeEarlierRun(warehouse);
  const clock = new VirtualClock(keep ? await instantAfter(warehouse, names) : firstInstant);
  const pipeline = await openLocalPipeline({ names, warehouse, clock, ids: randomUUID, faults });
  for (const activity of pipeline.activities) clock.waitFor(activity);
  try {
    const before = await deliverLeftovers(pipeline, clock, options);
    const simulatedFrom = clock.now();
    const invocations = await run(pipeline, clock, options);
    const after = await readAccounts(warehouse, names);
    return {
      records: difference(before, after, pipeline.stream.counts.acknowledged),
      rows: after.rows,
      table: await tableSize(pipeline.table),
      invocations: invocations.length,
      invocationErrors: invocations.flatMap(({ outcome }) => ("error" in outcome ? [outcome.error] : [])),
      simulatedMs: clock.now() - simulatedFrom,
      wallMs: performance.now() - wallStart,
    };
  } finally {
    await pipeline.close();
  }
}

/** The first whole minute after everything that the table holds, so that time never goes back in it. */
async function instantAfter(warehouse: Warehouse, names: PipelineNames): Promise<number> {
  const table = await IcebergTable.openOrCreate(warehouse.tableLocation, sensorReadingColumns, {
    now: () => firstInstant,
  });
  const snapshotMs = table.currentSnapshot()?.timestampMs ?? 0;
  const { newestTimestamp = 0 } = await readAccounts(warehouse, names);
  const newest = Math.max(snapshotMs, newestTimestamp * 1000);
  return newest === 0 ? firstInstant : (Math.floor(newest / minuteMs) + 1) * minuteMs;
}

/** Delivers what an earlier run left in its buffers, and reads what was there before this one. */
async function deliverLeftovers(
  { stream }: LocalPipeline,
  clock: VirtualClock,
  { keep, warehouse, names }: ReplayOptions,
): Promise<Accounts> {
  if (!keep) return emptyAccounts;
  await clock.run(stream.flush());
  return await readAccounts(warehouse, names);
}

async function run(
  { stream, url }: LocalPipeline,
  clock: VirtualClock,
  { names, minutes, seed, log, onMinute }: ReplayOptions,
): Promise<readonly Invocation[]> {
  const generator = localGenerator({ names, clock, ids: randomUUID, url, seed, log });
  // What an earlier run had left was delivered before, and was acknowledged by that run.
  const leftovers = through(stream.counts);
  const untilDelivered = async () => {
    const invocations = await invokeEveryMinute(generator, clock, names, minutes, (minute) => {
      onMinute(minute, stream.counts.acknowledged);
    });
    while (through(stream.counts) - leftovers < stream.counts.acknowledged)
      await until(clock, clock.now() + 1_000);
    return invocations;
  };
  try {
    return await clock.run(untilDelivered());
  } finally {
    await generator.close();
  }
}

/** Invokes the generator as its schedule would, for some minutes from now on. */
export async function invokeEveryMinute(
  generator: LocalFunction,
  clock: Clock,
  names: PipelineNames,
  minutes: number,
  onMinute: (minute: number) => void,
): Promise<readonly Invocation[]> {
  const start = clock.now();
  const invocations: Invocation[] = [];
  const invokeAt = async (time: number) => {
    await until(clock, time);
    invocations.push(await generator.invoke(scheduledEvent(names, settings.region, time, randomUUID())));
    onMinute(invocations.length);
  };
  // All timers are set before time begins to pass: a virtual clock cannot jump over one that is still to come.
  await Promise.all(Array.from({ length: minutes }, (_, minute) => invokeAt(start + minute * minuteMs)));
  return invocations;
}

/** Records that have left the stream. */
function through({ delivered, failed }: StreamCounts): number {
  return delivered + failed;
}

function difference(before: Accounts, after: Accounts, sent: number): ReplaySummary["records"] {
  const delivered = after.rows - before.rows;
  const failed = [...after.failed]
    .map(([code, count]) => [code, count - (before.failed.get(code) ?? 0)] as const)
    .filter(([, count]) => count !== 0);
  const failedTotal = totalOf(after.failed) - totalOf(before.failed);
  return { sent, delivered, failed: Object.fromEntries(failed), unaccounted: sent - delivered - failedTotal };
}

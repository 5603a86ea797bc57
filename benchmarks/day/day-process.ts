import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { VirtualClock } from "../../local/clock/virtual-clock";
import { noFaults } from "../../local/firehose/faults";
import { openLocalPipeline } from "../../local/local-pipeline";
import { firstInstant } from "../../local/replay";
import { tableSize } from "../../local/replay-accounts";
import { until } from "../../local/schedule";
import { warehouse } from "../../local/warehouse";
import { settings } from "../../pipeline/settings";
import { names } from "../firehose/parts";
import { report } from "../part";
import { minuteOfRecords } from "./minute";

// Feeds the stream for some hours of virtual time: day-process.ts DIRECTORY HOURS. As the generator would, but with
// no function, no encoding of records and no HTTP: what is measured is Firehose's behaviour and the table, with its
// maintenance every hour.

const { recordsPerSecond, runSeconds, scheduleSeconds } = settings.generator;

async function main(directory: string, hours: number): Promise<void> {
  mkdirSync(directory, { recursive: true });
  const clock = new VirtualClock(firstInstant);
  const pipeline = await openLocalPipeline({
    names,
    warehouse: warehouse(directory, names),
    clock,
    ids: randomUUID,
    faults: noFaults,
  });
  const { stream, table, activities, close } = pipeline;
  for (const activity of activities) clock.waitFor(activity);
  const minute = minuteOfRecords();

  const feedMinute = async (start: number) => {
    for (let second = 0; second < runSeconds; second += 1) {
      const now = start + second * 1000;
      await until(clock, now);
      stream.putRecords(minute.second(second, now / 1000));
    }
  };
  const feed = async () => {
    for (let hour = 0; hour < hours; hour += 1) {
      const begun = process.cpuUsage();
      const start = firstInstant + hour * 3_600_000;
      for (let second = 0; second < 3600; second += scheduleSeconds) await feedMinute(start + second * 1000);
      report({ hour, milliseconds: cpuMilliseconds(begun) });
    }
    const end = firstInstant + hours * 3_600_000;
    // The last interval, and the maintenance that is due at the end of the last hour.
    await until(clock, end + settings.deliveryStream.bufferingIntervalSeconds * 1000);
  };

  const start = performance.now();
  const cpu = process.cpuUsage();
  await clock.run(feed());
  await stream.flush();
  const milliseconds = performance.now() - start;
  const spent = cpuMilliseconds(cpu);
  await table.refresh();
  const { dataFiles: files, bytes } = await tableSize(table);
  await close();
  report({
    milliseconds,
    cpuMilliseconds: spent,
    peakKilobytes: process.resourceUsage().maxRSS,
    expected: hours * (3600 / scheduleSeconds) * recordsPerSecond * runSeconds,
    files,
    bytes,
  });
  process.disconnect();
}

function cpuMilliseconds(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
}

void main(process.argv[2] ?? "", Number(process.argv[3]));

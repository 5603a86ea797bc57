import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import type { RequestListener } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { VirtualClock } from "../../local/clock/virtual-clock";
import { noFaults } from "../../local/firehose/faults";
import type { LocalFunction } from "../../local/function/local-function";
import { localGenerator, openLocalPipeline, type LocalPipeline } from "../../local/local-pipeline";
import { recordInvocation } from "../../local/metrics/function-metrics";
import { MetricStore } from "../../local/metrics/metric-store";
import { TableMetrics } from "../../local/metrics/table-metrics";
import { admit } from "../../local/page/admission";
import { openPageServer } from "../../local/page/page-server";
import { scheduledEvent, until } from "../../local/schedule";
import { warehouse as warehouseOf, type Warehouse } from "../../local/warehouse";
import { pipelineMetrics } from "../../pipeline/metrics";
import { pipelineNames } from "../../pipeline/names";
import { settings } from "../../pipeline/settings";

export const names = pipelineNames("firehosetos3demo");
export const firstInstant = Date.parse("2026-01-01T00:00:00Z");

/** A pipeline in virtual time with its page: what the page shows is known to the last digit. */
export interface ServedPage {
  readonly url: string;
  readonly clock: VirtualClock;
  readonly pipeline: LocalPipeline;
  readonly metrics: MetricStore;
  readonly warehouse: Warehouse;
  /** Delivers what is buffered. */
  flush(): Promise<void>;
  /** Runs the data generator, as it would be deployed, once a minute. */
  replay(minutes: number): Promise<void>;
  close(): Promise<void>;
}

export async function servePage(): Promise<ServedPage> {
  const folder = mkdtempSync(join(tmpdir(), "page-test-"));
  const warehouse = warehouseOf(folder, names);
  const clock = new VirtualClock(firstInstant);
  const metrics = new MetricStore();
  const tableMetrics = new TableMetrics(names, warehouse.tableLocation, metrics);
  const page: { answer: RequestListener } = { answer: () => undefined };
  const pipeline = await openLocalPipeline({
    names,
    warehouse,
    clock,
    ids: randomUUID,
    faults: noFaults,
    metrics,
    admit,
    otherRequests: (request, response) => {
      page.answer(request, response);
    },
  });
  for (const activity of pipeline.activities) clock.waitFor(activity);
  const { stream, url } = pipeline;
  const server = await openPageServer({
    names,
    warehouse,
    buffering: settings.deliveryStream,
    stream,
    metrics,
    clock,
    isGenerating: true,
  });
  page.answer = server.handle;

  async function runGenerator(generator: LocalFunction, minutes: number): Promise<void> {
    for (let minute = 0; minute < minutes; minute++) {
      const started = clock.now();
      const event = scheduledEvent(names, settings.region, started, randomUUID());
      recordInvocation(await generator.invoke(event), started, pipelineMetrics(names), metrics);
      await until(clock, started + settings.generator.scheduleSeconds * 1000);
    }
  }

  let isClosed = false;
  return {
    url,
    clock,
    pipeline,
    metrics,
    warehouse,
    flush: async () => {
      await clock.run(stream.flush());
      await tableMetrics.measure(clock.now());
    },
    replay: async (minutes) => {
      const { seed } = settings.generator;
      const generator = localGenerator({ names, clock, ids: randomUUID, url, seed, log: () => undefined });
      await clock.run(runGenerator(generator, minutes));
      await generator.close();
      await tableMetrics.measure(clock.now());
    },
    close: async () => {
      if (isClosed) return;
      isClosed = true;
      await server.close();
      await pipeline.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

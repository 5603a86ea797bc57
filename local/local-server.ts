import { randomUUID } from "node:crypto";
import type { RequestListener } from "node:http";
import { pipelineMetrics } from "../pipeline/metrics";
import type { PipelineNames } from "../pipeline/names";
import { settings } from "../pipeline/settings";
import { systemClock } from "./clock/clock";
import type { DeliveryOutcome } from "./firehose/buffer-delivery";
import type { BufferedRecords, BufferingSettings, StreamCounts } from "./firehose/delivery-stream";
import type { Faults } from "./firehose/faults";
import { FunctionLog } from "./function/function-log";
import type { Invocation } from "./function/local-function";
import { GeneratorSchedule } from "./generator-schedule";
import type { MaintenanceReport } from "./iceberg/maintenance";
import { localGenerator, openLocalPipeline, type LocalPipeline } from "./local-pipeline";
import { recordEmbeddedMetrics } from "./metrics/embedded-metrics";
import { recordInvocation } from "./metrics/function-metrics";
import { MetricStore } from "./metrics/metric-store";
import { TableMetrics } from "./metrics/table-metrics";
import { admit } from "./page/admission";
import { openPageServer } from "./page/page-server";
import { refuse } from "./page/responses";
import { assertPortIsFree } from "./port-holder";
import type { Warehouse } from "./warehouse";
import { lockWarehouse } from "./warehouse-lock";

export interface LocalServerOptions {
  readonly names: PipelineNames;
  readonly warehouse: Warehouse;
  /** 0 lets the operating system choose. */
  readonly port: number;
  readonly buffering: BufferingSettings;
  readonly faults: Faults;
  readonly withGenerator: boolean;
  readonly onDelivery?: (outcome: DeliveryOutcome) => void;
  readonly onInvocation?: (invocation: Invocation) => void;
  readonly onMaintenance?: (report: MaintenanceReport) => void;
  /** Hears at once of what failed and is not a client's affair; the server goes on, or goes on closing. */
  readonly onProblem: (problem: Error) => void;
}

export interface LocalServer {
  readonly url: string;
  /** Ends the generator, delivers what is buffered and lets go of everything. */
  close(): Promise<ServedSummary>;
}

/** What a server has done, and what is left to do. */
export interface ServedSummary {
  readonly counts: StreamCounts;
  /** Acknowledged, on disk, and delivered when the warehouse is next opened. */
  readonly left: BufferedRecords;
}

/** Longer than a delivery takes; a commit that goes on failing is left to the next start. */
const flushMs = 5_000;
const measureMs = 10_000;

/**
 * The pipeline on the machine's clock for any client, with its dashboard page at the same address.
 *
 * @throws UserError when the warehouse is being served or the port is in use
 */
export async function openLocalServer(options: LocalServerOptions): Promise<LocalServer> {
  const { names, warehouse, port, withGenerator } = options;
  const clock = systemClock;
  const ids = randomUUID;
  const lock = await lockWarehouse(warehouse.root);
  const undo: (() => unknown)[] = [lock.release];
  try {
    if (port !== 0) await assertPortIsFree(port);
    const metrics = new MetricStore();
    const tableMetrics = new TableMetrics(names, warehouse.tableLocation, metrics);
    const page: { answer: RequestListener } = { answer: answerStarting };
    const pipeline = await openLocalPipeline({
      ...options,
      clock,
      ids,
      metrics,
      admit,
      otherRequests: (request, response) => {
        page.answer(request, response);
      },
      onMaintenance: (report) => {
        tableMetrics.recordMaintenance(report, clock.now());
        options.onMaintenance?.(report);
      },
    });
    undo.unshift(pipeline.close);
    const pageServer = await openPageServer({
      names,
      warehouse,
      buffering: options.buffering,
      stream: pipeline.stream,
      metrics,
      clock,
      isGenerating: withGenerator,
    });
    page.answer = pageServer.handle;
    undo.unshift(pageServer.close);
    undo.unshift(measureRegularly(tableMetrics));
    const schedule = withGenerator ? startGenerator(options, pipeline, metrics) : undefined;
    lock.announce(pipeline.url);
    return {
      url: pipeline.url,
      close: async () => {
        await schedule?.stop();
        await settledWithin(pipeline.stream.flush(), flushMs);
        const { counts, buffered: left } = pipeline.stream;
        for (const step of undo) {
          try {
            await step();
          } catch (error) {
            options.onProblem(error instanceof Error ? error : new Error(String(error)));
          }
        }
        return { counts, left };
      },
    };
  } catch (error) {
    for (const step of undo) await step();
    throw error;
  }
}

/** For a browser that is faster than the start. */
const answerStarting: RequestListener = (request, response) => {
  refuse(request, response, 503, "The pipeline is starting.", { "Retry-After": "1" });
};

function startGenerator(
  { names, warehouse, onInvocation }: LocalServerOptions,
  { url }: LocalPipeline,
  metrics: MetricStore,
): GeneratorSchedule {
  const log = new FunctionLog(warehouse.root, names.generatorFunction, { append: true });
  const generator = localGenerator({
    names,
    clock: systemClock,
    ids: randomUUID,
    url,
    seed: settings.generator.seed,
    log: (text) => {
      log.write(text);
      for (const line of text.split("\n")) recordEmbeddedMetrics(line, metrics);
    },
  });
  return new GeneratorSchedule({
    names,
    generator: {
      invoke: (event) => generator.invoke(event),
      close: async (how) => {
        await generator.close(how);
        log.close();
      },
    },
    clock: systemClock,
    ids: randomUUID,
    onInvocation: (invocation, startedMs) => {
      recordInvocation(invocation, startedMs, pipelineMetrics(names), metrics);
      onInvocation?.(invocation);
    },
  });
}

function measureRegularly(tableMetrics: TableMetrics): () => void {
  const measure = () => void tableMetrics.measure(Date.now());
  measure();
  const timer = setInterval(measure, measureMs);
  return () => {
    clearInterval(timer);
  };
}

async function settledWithin(work: Promise<void>, milliseconds: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([work, timeout]);
  clearTimeout(timer);
}

import { join } from "node:path";
import { bundleFunction } from "../functions/bundle-function";
import { generatorEnvironment } from "../pipeline/generator-environment";
import type { PipelineNames } from "../pipeline/names";
import { sensorReadingColumns, type Column } from "../pipeline/sensor-reading";
import { settings } from "../pipeline/settings";
import type { Clock } from "./clock/clock";
import type { Activity } from "./clock/virtual-clock";
import {
  DeliveryStream,
  type BufferingSettings,
  type DeliveryStreamOptions,
} from "./firehose/delivery-stream";
import { createEndpoint, type Endpoint, type EndpointOptions } from "./firehose/endpoint";
import type { Faults } from "./firehose/faults";
import { IcebergDestination } from "./firehose/iceberg-destination";
import { LocalFunction } from "./function/local-function";
import type { MaintenanceReport } from "./iceberg/maintenance";
import { ParquetWriter } from "./iceberg/parquet-writer";
import { HourlyMaintenance } from "./hourly-maintenance";
import { IcebergTable } from "./iceberg/table";
import type { Warehouse } from "./warehouse";

export interface LocalPipelineOptions extends Pick<DeliveryStreamOptions, "metrics" | "onDelivery"> {
  readonly names: PipelineNames;
  readonly warehouse: Warehouse;
  /** What everything in the pipeline takes for the time. */
  readonly clock: Clock;
  /** A new UUID each time. */
  readonly ids: () => string;
  readonly faults: Faults;
  /** @default - those of the deployed table */
  readonly columns?: readonly Column[];
  /** @default - those of the deployed stream */
  readonly buffering?: BufferingSettings;
  /** Of the endpoint. @default - one that the operating system chooses */
  readonly port?: number;
  /** @default - nothing but the Firehose API is answered */
  readonly otherRequests?: EndpointOptions["otherRequests"];
  /** @default - every request is answered */
  readonly admit?: EndpointOptions["admit"];
  /** Hears of every maintenance of the table. */
  readonly onMaintenance?: (report: MaintenanceReport) => void;
  /** Hears at once of a maintenance or a request that failed. @default - `close` rejects with what is still amiss */
  readonly onProblem?: (problem: Error) => void;
}

/** A delivery stream with its endpoint in front and its table behind, in one process. */
export interface LocalPipeline {
  readonly table: IcebergTable;
  readonly stream: DeliveryStream;
  /** Where senders find the endpoint. */
  readonly url: string;
  /** What a virtual clock has to wait for. */
  readonly activities: readonly Activity[];
  /** Takes no more records and lets go of everything; what is not delivered stays on disk. */
  readonly close: () => Promise<void>;
}

export async function openLocalPipeline(options: LocalPipelineOptions): Promise<LocalPipeline> {
  const { warehouse, clock, ids, faults, port, otherRequests, admit, onMaintenance, onProblem } = options;
  const { columns = sensorReadingColumns } = options;
  const io = { now: () => clock.now() };
  const writer = await ParquetWriter.open();
  const table = await IcebergTable.openOrCreate(warehouse.tableLocation, columns, io);
  const maintained = await IcebergTable.open(table.location, io);
  const maintenance = new HourlyMaintenance(maintained, writer, clock, onMaintenance, onProblem);
  const stream = DeliveryStream.open({
    ...options,
    settings: options.buffering ?? settings.deliveryStream,
    columns,
    directory: warehouse.streamDirectory,
    errorBucket: warehouse.errorBucket,
    destination: new IcebergDestination(table, writer),
  });
  let internalError: Error | undefined;
  const endpoint: Endpoint = createEndpoint([stream], {
    ids,
    faults,
    otherRequests,
    admit,
    onInternalError: (error) => {
      const message = error instanceof Error ? error.message : String(error);
      const problem = new Error(`A request could not be answered: ${message}`, { cause: error });
      internalError ??= problem;
      onProblem?.(problem);
    },
  });
  const close = async () => {
    await stream.close();
    const problem = (await maintenance.close()) ?? internalError;
    writer.close();
    if (problem && !onProblem) throw problem;
  };
  const { url } = await endpoint.listen(port).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  return {
    table,
    stream,
    url,
    activities: [stream, maintenance],
    close: async () => {
      await endpoint.close();
      await close();
    },
  };
}

export interface LocalGeneratorOptions {
  readonly names: PipelineNames;
  readonly clock: Clock;
  readonly ids: () => string;
  /** Where it finds Firehose. */
  readonly url: string;
  readonly seed: number;
  readonly log: (text: string) => void;
}

/** The data generator as it would be deployed: the same package, environment, memory and timeout. */
export function localGenerator({ names, clock, ids, url, seed, log }: LocalGeneratorOptions): LocalFunction {
  const { generator, region } = settings;
  const { zip, handler } = bundleFunction(join(__dirname, "..", "functions", "data-generator"));
  return new LocalFunction({
    ...generator,
    seed,
    zip,
    handler,
    region,
    name: names.generatorFunction,
    logGroup: names.generatorLogGroup,
    environment: generatorEnvironment({ ...generator, seed }, names.deliveryStream),
    endpoints: { firehose: url },
    clock,
    ids,
    log,
  });
}

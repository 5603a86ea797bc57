import { join, resolve } from "node:path";
import type { PipelineNames } from "../pipeline/names";

/** Where the local pipeline keeps its files: one folder for each thing that is a bucket or a stream in AWS. */
export interface Warehouse {
  readonly root: string;
  /** The Iceberg table: metadata/ and data/ below it. */
  readonly tableLocation: string;
  /** Stands for the error bucket; failed records lie below errors/iceberg-failed/. */
  readonly errorBucket: string;
  /** Acknowledged records that are not yet in the table. */
  readonly streamDirectory: string;
}

export function warehouse(root: string, names: PipelineNames): Warehouse {
  const absolute = resolve(root);
  return {
    root: absolute,
    tableLocation: join(absolute, "s3tablescatalog", names.tableBucket, names.namespace, names.table),
    errorBucket: join(absolute, names.errorBucket),
    streamDirectory: join(absolute, "firehose", names.deliveryStream),
  };
}

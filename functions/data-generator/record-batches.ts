import { putRecordBatchLimits } from "../../pipeline/firehose-limits";

/** One Firehose record: its data before base64. */
export type FirehoseRecord = Buffer;

/** Cuts records, in order, into the fewest runs that each fit into one PutRecordBatch call, by number and by bytes. */
export function cutIntoBatches(records: readonly FirehoseRecord[]): FirehoseRecord[][] {
  const batches: FirehoseRecord[][] = [];
  let batch: FirehoseRecord[] = [];
  let bytes = 0;
  for (const record of records) {
    const full = batch.length === putRecordBatchLimits.records;
    if (batch.length > 0 && (full || bytes + record.byteLength > putRecordBatchLimits.bytes)) {
      batches.push(batch);
      batch = [];
      bytes = 0;
    }
    batch.push(record);
    bytes += record.byteLength;
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}

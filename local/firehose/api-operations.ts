import type { DeliveryStreamDescription } from "./description";
import { ServiceUnavailableError, type PutFailure, type PutOutcome } from "./delivery-stream";
import { limitIn, recordIn, recordsIn, streamNameIn, type RequestInput } from "./request-input";
import { WireError } from "./wire-error";
import { localDeployment } from "./description";

/** What the endpoint needs of a delivery stream. */
export interface FirehoseStream {
  readonly name: string;
  describe(): DeliveryStreamDescription;
  /** @throws ServiceUnavailableError when no record was taken */
  putRecords(records: readonly Buffer[]): PutOutcome;
}

export type Streams = ReadonlyMap<string, FirehoseStream>;

/** Answers a request with the text of a JSON object. */
export type Operation = (streams: Streams, input: RequestInput) => string;

const defaultListLimit = 10;

/** https://docs.aws.amazon.com/firehose/latest/APIReference/API_Operations.html: what a producer needs of it */
export const operations: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ["PutRecordBatch", putRecordBatch],
  ["PutRecord", putRecord],
  ["DescribeDeliveryStream", describeDeliveryStream],
  ["ListDeliveryStreams", listDeliveryStreams],
]);

function putRecordBatch(streams: Streams, input: RequestInput): string {
  const name = streamNameIn(input);
  const records = recordsIn(input);
  const outcome = put(streamNamed(streams, name), records);
  return batchAnswer(outcome, records.length);
}

function putRecord(streams: Streams, input: RequestInput): string {
  const name = streamNameIn(input);
  const record = recordIn(input);
  const { recordIdPrefix, failures } = put(streamNamed(streams, name), [record]);
  const failure = failures.get(0);
  if (failure) throw new WireError(failure.errorCode, failure.errorMessage, 500);
  return JSON.stringify({ RecordId: `${recordIdPrefix}0`, Encrypted: false });
}

function put(stream: FirehoseStream, records: readonly Buffer[]): PutOutcome {
  try {
    return stream.putRecords(records);
  } catch (error) {
    if (!(error instanceof ServiceUnavailableError)) throw error;
    throw new WireError("ServiceUnavailableException", error.message, 500);
  }
}

function describeDeliveryStream(streams: Streams, input: RequestInput): string {
  limitIn(input, 1);
  return JSON.stringify({ DeliveryStreamDescription: streamNamed(streams, streamNameIn(input)).describe() });
}

function listDeliveryStreams(streams: Streams, input: RequestInput): string {
  const limit = limitIn(input, defaultListLimit);
  const after = "ExclusiveStartDeliveryStreamName";
  const start = input[after] === undefined ? "" : streamNameIn(input, after);
  const type = input.DeliveryStreamType ?? "DirectPut";
  const names = type === "DirectPut" ? [...streams.keys()].filter((name) => name > start).sort() : [];
  return JSON.stringify({
    DeliveryStreamNames: names.slice(0, limit),
    HasMoreDeliveryStreams: names.length > limit,
  });
}

function streamNamed(streams: Streams, name: string): FirehoseStream {
  const stream = streams.get(name);
  if (stream) return stream;
  throw new WireError(
    "ResourceNotFoundException",
    `Firehose ${name} under account ${localDeployment.account} not found.`,
  );
}

/** Written by hand, since it is most of the cost of an answer: record ids differ in their last digits only. */
function batchAnswer({ recordIdPrefix, failures }: PutOutcome, records: number): string {
  let entries = "";
  for (let index = 0; index < records; index++) {
    const failure = failures.size > 0 ? failures.get(index) : undefined;
    if (index > 0) entries += ",";
    entries += failure ? failureEntry(failure) : `{"RecordId":"${recordIdPrefix}${index}"}`;
  }
  return `{"FailedPutCount":${failures.size},"Encrypted":false,"RequestResponses":[${entries}]}`;
}

function failureEntry({ errorCode, errorMessage }: PutFailure): string {
  return JSON.stringify({ ErrorCode: errorCode, ErrorMessage: errorMessage });
}

import { FirehoseClient, PutRecordBatchCommand, type FirehoseClientConfig } from "@aws-sdk/client-firehose";
import { RetryableCallError, UnexpectedAnswerError } from "./errors";
import type { FirehoseRecord } from "./record-batches";

/** Firehose's word on one record of a batch: undefined when it was accepted, otherwise the error code. */
export type RecordAnswer = string | undefined;

/**
 * Sends records that fit into one call. The answers are in the records' order. Rejects when the call failed as a
 * whole: with a RetryableCallError when the same call may succeed later.
 */
export type PutRecordBatch = (
  records: readonly FirehoseRecord[],
  signal: AbortSignal,
) => Promise<readonly RecordAnswer[]>;

/** PutRecordBatch on one stream, each call tried once. */
export function putRecordBatch(streamName: string, configuration: FirehoseClientConfig): PutRecordBatch {
  const retryableErrors = new WeakSet<Error>();
  const client = new FirehoseClient({
    ...configuration,
    cacheMiddleware: true,
    maxAttempts: 1,
    // The SDK tells which errors are worth another try, and the record sender makes it: failed calls and failed
    // records have one budget, and nothing is retried twice over.
    retryStrategy: {
      acquireInitialRetryToken: () => Promise.resolve({ getRetryCount: () => 0, getRetryDelay: () => 0 }),
      refreshRetryTokenForRetry: (_, { error = new Error("unknown"), errorType }) => {
        if (errorType !== "CLIENT_ERROR") retryableErrors.add(error);
        return Promise.reject(error);
      },
      recordSuccess: () => undefined,
    },
  });
  // It copies every record, in and out, for a logger that is not there: a tenth of a call's CPU time.
  client.middlewareStack.remove("loggerMiddleware");
  const signals = abortByInput(client);

  return async (records, signal) => {
    const input = { DeliveryStreamName: streamName, Records: records.map((Data) => ({ Data })) };
    signals.set(input, signal);
    const { RequestResponses = [] } = await client
      .send(new PutRecordBatchCommand(input))
      .catch((error: unknown) => {
        throw error instanceof Error && retryableErrors.has(error) ? new RetryableCallError(error) : error;
      });
    if (RequestResponses.length !== records.length) {
      throw new UnexpectedAnswerError(RequestResponses.length, records.length);
    }
    return RequestResponses.map(({ ErrorCode }) => ErrorCode);
  };
}

/**
 * Lets calls be aborted by the signal that is set for their input. Given to `send` instead, a signal would have the
 * SDK put its middleware together anew for each call, cacheMiddleware or not: another tenth of the CPU time.
 * https://aws.amazon.com/blogs/developer/middleware-stack-modular-aws-sdk-js/
 */
function abortByInput(client: FirehoseClient): WeakMap<object, AbortSignal> {
  const signals = new WeakMap<object, AbortSignal>();
  const { requestHandler } = client.config;
  client.middlewareStack.add(
    () =>
      ({ input, request }) =>
        requestHandler.handle(request, { abortSignal: signals.get(input) }),
    { step: "deserialize", priority: "low", name: "handleRequestWithSignal" },
  );
  return signals;
}

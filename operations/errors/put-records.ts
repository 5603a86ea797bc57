import type { FirehoseClient } from "@aws-sdk/client-firehose";
import { explainAwsError, type AwsCall, type AwsCallError } from "../aws/aws-error";

/** What became of one PutRecordBatch call. */
export type PutOutcome =
  /** Firehose answered; it did not take the records at these indexes. */
  | { readonly kind: "answered"; readonly refused: readonly number[]; readonly reason?: string }
  /** Firehose took none, and the same call may succeed later. */
  | { readonly kind: "try again"; readonly error: AwsCallError }
  /** Firehose took none, and will not. */
  | { readonly kind: "rejected"; readonly error: AwsCallError }
  /** The answer never came: the records may have been taken or not. */
  | { readonly kind: "in doubt"; readonly error: AwsCallError };

/** Sends records that fit into one call, once. */
export type PutRecords = (payloads: readonly Uint8Array[]) => Promise<PutOutcome>;

/** Failures before anything was sent. */
const neverSent: ReadonlySet<string> = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN"]);
/** Answers with which Firehose says that it did not begin. */
const tookNothing = /^(ServiceUnavailableException|Throttl|LimitExceeded|TooManyRequests|SlowDown)/;

export function putRecords(client: FirehoseClient, streamName: string, region: string): PutRecords {
  const call: AwsCall = { action: "firehose:PutRecordBatch", region, resource: streamName };
  return async (payloads) => {
    const { PutRecordBatchCommand } = await import("@aws-sdk/client-firehose");
    const command = new PutRecordBatchCommand({
      DeliveryStreamName: streamName,
      Records: payloads.map((Data) => ({ Data })),
    });
    try {
      const { RequestResponses = [] } = await client.send(command);
      if (RequestResponses.length !== payloads.length) {
        const answers = new Error(`an answer for ${RequestResponses.length} of ${payloads.length} records`);
        return { kind: "in doubt", error: explainAwsError(answers, call) };
      }
      const refused = [...RequestResponses.keys()].filter(
        (index) => RequestResponses[index]?.ErrorCode !== undefined,
      );
      const reason = RequestResponses[refused[0] ?? -1]?.ErrorCode;
      return { kind: "answered", refused, ...(reason !== undefined && { reason }) };
    } catch (thrown) {
      return failure(thrown, explainAwsError(thrown, call));
    }
  };
}

function failure(thrown: unknown, error: AwsCallError): PutOutcome {
  const { code, $metadata } = thrown as { code?: unknown; $metadata?: { httpStatusCode?: number } };
  if (tookNothing.test(error.code)) return { kind: "try again", error };
  const status = $metadata?.httpStatusCode ?? 0;
  if (status >= 400 && status < 500) return { kind: "rejected", error };
  const isLocal = error.kind === "credentials-missing" || error.kind === "credentials-expired";
  if (isLocal || (typeof code === "string" && neverSent.has(code))) return { kind: "rejected", error };
  return { kind: "in doubt", error };
}

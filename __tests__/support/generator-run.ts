import "./native-errors";
import type { RunContext } from "../../functions/data-generator/data-generator";
import { putRecordBatch, type PutRecordBatch } from "../../functions/data-generator/put-record-batch";
import type { FirehoseServer } from "./firehose-server";
import type { VirtualClock } from "./virtual-clock";

/** Three quarters past a second, so that a batch's second is not the run's. */
export const startMillis = 1_767_225_600_750;

/** PutRecordBatch over HTTP to the server, and whether one of its calls is on its way rather than held there. */
export function putTo(server: FirehoseServer): {
  readonly put: PutRecordBatch;
  readonly isBusy: () => boolean;
} {
  const client = putRecordBatch("stream", {
    region: "us-east-1",
    endpoint: server.endpoint,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  let underWay = 0;
  return {
    put: (records, signal) => {
      underWay += 1;
      return client(records, signal).finally(() => {
        underWay -= 1;
      });
    },
    isBusy: () => underWay !== server.holding,
  };
}

/** Lambda's context of a function that started at the clock's present time. */
export function runContext(clock: VirtualClock, timeoutSeconds: number): RunContext {
  const end = clock.now() + timeoutSeconds * 1000;
  return { awsRequestId: "request-1", getRemainingTimeInMillis: () => end - clock.now() };
}

import fc from "../../support/fast-check";
import { DeliveryTally, type RunCounts } from "../../../functions/data-generator/delivery-tally";
import { RecordSender, type RetryRound } from "../../../functions/data-generator/record-sender";
import { putRecordBatchLimits } from "../../../pipeline/firehose-limits";
import { FirehoseServer, type Reply } from "../../support/firehose-server";
import { putTo, startMillis } from "../../support/generator-run";
import { VirtualClock } from "../../support/virtual-clock";

let server: FirehoseServer;
beforeEach(async () => {
  server = await FirehoseServer.start();
});
afterEach(() => server.close());

const numbered = (count: number) => Array.from({ length: count }, (_, n) => `record ${n}\n`);
const half = (index: number) => index % 2 === 0;
const all = () => true;

interface Delivery {
  readonly counts: RunCounts;
  readonly rounds: readonly RetryRound[];
  readonly failure: unknown;
  readonly tookMillis: number;
}

/** Sends records through real HTTP on a virtual clock, to a deadline the given seconds away. */
async function send(
  records: readonly string[],
  { seconds = 60, random = (): number => 0.5, onRetry = (): void => undefined } = {},
): Promise<Delivery> {
  const clock = new VirtualClock(startMillis);
  const deadline = startMillis + seconds * 1000;
  const run = new AbortController();
  clock.startTimer(seconds * 1000, () => {
    run.abort();
  });
  const tally = new DeliveryTally();
  const rounds: RetryRound[] = [];
  const { put, isBusy } = putTo(server);
  const sender = new RecordSender({
    put,
    tally,
    clock,
    random,
    deadline,
    signal: run.signal,
    onRetry: (round) => {
      rounds.push(round);
      onRetry();
    },
  });
  let failure: unknown;
  const sending = sender.send(records.map((record) => Buffer.from(record))).catch((error: unknown) => {
    failure = error;
  });
  await clock.runUntilSettled(sending, isBusy);
  const deadlineTimers = run.signal.aborted ? 0 : 1;
  expect(clock.pendingTimers).toBe(deadlineTimers);
  return { counts: tally.counts(records.length), rounds, failure, tookMillis: clock.now() - startMillis };
}

const delivered = (records: number, batches = 1) => ({
  records,
  batches,
  undelivered: 0,
  undeliveredReasons: {},
});

describe("a call that Firehose accepts", () => {
  it("delivers every record once, in order", async () => {
    const records = numbered(200);

    const { counts, rounds } = await send(records);

    expect(counts).toEqual({ ...delivered(200), retried: 0 });
    expect(rounds).toEqual([]);
    expect(server.calls.map((call) => call.records)).toEqual([records]);
  });

  it("speaks Firehose's protocol", async () => {
    await send(numbered(1));

    expect(server.calls[0]?.headers).toMatchObject({
      "x-amz-target": "Firehose_20150804.PutRecordBatch",
      "content-type": "application/x-amz-json-1.1",
      "amz-sdk-request": "attempt=1; max=1",
    });
  });

  it("keeps records whole that are not ASCII", async () => {
    const records = ["süd\n", "東京\n", "🌡\n"];

    await send(records);

    expect(server.accepted).toEqual(records);
  });

  it("sends nothing for no records", async () => {
    const { counts } = await send([]);

    expect(counts).toEqual({ ...delivered(0, 0), retried: 0 });
    expect(server.calls).toEqual([]);
  });

  it("reuses one connection", async () => {
    await send(numbered(3 * putRecordBatchLimits.records));

    expect(server.connections).toBe(1);
  });
});

describe("a larger set", () => {
  it("is cut at 500 records, in order", async () => {
    const records = numbered(1201);

    const { counts } = await send(records);

    expect(server.calls.map((call) => call.records.length)).toEqual([500, 500, 201]);
    expect(server.accepted).toEqual(records);
    expect(counts).toEqual({ ...delivered(1201, 3), retried: 0 });
  });

  it("is cut at 4 MiB", async () => {
    const records = Array.from({ length: 5 }, (_, n) => String(n).repeat(putRecordBatchLimits.recordBytes));

    const { counts } = await send(records);

    expect(server.calls.map((call) => call.records.length)).toEqual([4, 1]);
    expect(counts.records).toBe(5);
  });

  it("reports a record that Firehose would not take and sends the rest", async () => {
    const { counts } = await send(["before", "x".repeat(putRecordBatchLimits.recordBytes + 1), "after"]);

    expect(server.accepted).toEqual(["before", "after"]);
    expect(counts).toMatchObject({ records: 2, undelivered: 1, undeliveredReasons: { RecordTooLarge: 1 } });
  });
});

describe("records that Firehose refuses in an accepted call", () => {
  it("are alone sent again, in order", async () => {
    server.willReply({ kind: "refuseRecords", fails: half });
    const records = numbered(10);

    const { counts, rounds } = await send(records);

    expect(server.calls.map((call) => call.records)).toEqual([
      records,
      records.filter((_, index) => half(index)),
    ]);
    expect(counts).toEqual({ ...delivered(10), retried: 5 });
    expect(rounds).toEqual([
      { round: 1, records: 5, reasons: { ServiceUnavailableException: 5 }, delayMillis: 50 },
    ]);
  });

  it("are sent again when all were refused", async () => {
    server.willReply({ kind: "refuseRecords", fails: all, code: "InternalFailure" });
    const records = numbered(10);

    const { counts, rounds } = await send(records);

    expect(server.accepted).toEqual(records);
    expect(counts).toEqual({ ...delivered(10), retried: 10 });
    expect(rounds[0]?.reasons).toEqual({ InternalFailure: 10 });
  });

  it("are sent a third time when they were refused twice", async () => {
    server.willReply({ kind: "refuseRecords", fails: half }, { kind: "refuseRecords", fails: half });
    const records = numbered(8);

    const { counts } = await send(records);

    expect(server.calls.map((call) => call.records.length)).toEqual([8, 4, 2]);
    expect([...server.accepted].sort()).toEqual(records);
    expect(counts).toEqual({ ...delivered(8), retried: 6 });
  });
});

describe("a call that fails as a whole and may be made again", () => {
  const failures: readonly (readonly [string, Reply, string])[] = [
    ["throttling", { kind: "error", status: 400, type: "ThrottlingException" }, "ThrottlingException"],
    [
      "Firehose out of service",
      { kind: "error", status: 503, type: "ServiceUnavailableException" },
      "ServiceUnavailableException",
    ],
    ["a server's error", { kind: "error", status: 500, type: "InternalFailure" }, "InternalFailure"],
    ["a dropped connection", { kind: "drop", when: "before" }, "ECONNRESET"],
    ["an answer cut off", { kind: "drop", when: "amid" }, "ECONNRESET"],
  ];

  it.each(failures)("sends all records again, in order, after %s", async (_, reply, reason) => {
    server.willReply(reply);
    const records = numbered(20);

    const { counts, rounds, failure } = await send(records);

    expect(failure).toBeUndefined();
    expect(server.calls.map((call) => call.records)).toEqual([records, records]);
    expect(counts).toEqual({ ...delivered(20), retried: 20 });
    expect(rounds).toEqual([{ round: 1, records: 20, reasons: { [reason]: 20 }, delayMillis: 50 }]);
  });

  it("makes as many calls as the rounds it reports: the SDK retries nothing by itself", async () => {
    server.willReply(...failures.map(([, reply]) => reply));

    const { rounds } = await send(numbered(1));

    expect(rounds).toHaveLength(failures.length);
    expect(server.calls).toHaveLength(failures.length + 1);
  });
});

describe("the wait before a round", () => {
  it("doubles from 100 ms up to 5 s, with full jitter", async () => {
    server.willReply(...Array.from({ length: 9 }, (): Reply => ({ kind: "refuseRecords", fails: all })));

    const { rounds } = await send(numbered(1), { random: () => 0.25 });

    expect(rounds.map(({ delayMillis }) => delayMillis)).toEqual([
      25, 50, 100, 200, 400, 800, 1250, 1250, 1250,
    ]);
  });

  it("is never longer than the time that is left", async () => {
    server.willAlwaysReply({ kind: "refuseRecords", fails: all });

    const { rounds, tookMillis } = await send(numbered(1), { seconds: 2, random: () => 0.999 });

    expect(tookMillis).toBeLessThanOrEqual(2000);
    expect(rounds.map(({ delayMillis }) => delayMillis)).toEqual([100, 200, 400, 800, 500]);
  });
});

describe("records that cannot be delivered in time", () => {
  it.each<readonly [string, Reply, string]>([
    ["always refused", { kind: "refuseRecords", fails: all }, "ServiceUnavailableException"],
    ["always throttled", { kind: "error", status: 400, type: "ThrottlingException" }, "ThrottlingException"],
    ["always cut off", { kind: "drop", when: "before" }, "ECONNRESET"],
  ])("are reported with the last reason when they are %s", async (_, reply, reason) => {
    server.willAlwaysReply(reply);

    const { counts, tookMillis } = await send(numbered(30), { seconds: 10 });

    expect(counts).toMatchObject({ records: 0, undelivered: 30, undeliveredReasons: { [reason]: 30 } });
    expect(tookMillis).toBeLessThanOrEqual(10_000);
  });

  it("are reported while the others count as sent", async () => {
    server.willAlwaysReply({ kind: "refuseRecords", fails: (index) => index < 3 });

    const { counts } = await send(numbered(30), { seconds: 10 });

    expect(counts).toMatchObject({ records: 27, batches: 0, undelivered: 3 });
    expect(server.accepted).toHaveLength(27);
  });

  it("are not sent again when less than 100 ms are left", async () => {
    server.willAlwaysReply({ kind: "refuseRecords", fails: all });

    const { rounds } = await send(numbered(1), { seconds: 0.099 });

    expect(rounds).toEqual([]);
    expect(server.calls).toHaveLength(1);
  });

  it("are not even sent when an earlier batch took all the time", async () => {
    server.willAlwaysReply({ kind: "hold" });

    const { counts } = await send(numbered(700), { seconds: 10 });

    expect(counts.undeliveredReasons).toEqual({ RunEnded: 700 });
    expect(server.calls.map(({ records }) => records.length)).toEqual([500, 500]);
  });
});

describe("a call that is not answered", () => {
  it("is given up after five seconds and made again", async () => {
    server.willReply({ kind: "hold" });
    const records = numbered(5);

    const { counts, rounds, tookMillis } = await send(records);

    expect(rounds).toEqual([{ round: 1, records: 5, reasons: { CallTimeout: 5 }, delayMillis: 50 }]);
    expect(tookMillis).toBe(5050);
    expect(counts).toEqual({ ...delivered(5), retried: 5 });
  });

  it("ends at the deadline when no call is ever answered", async () => {
    server.willAlwaysReply({ kind: "hold" });

    const { counts, tookMillis } = await send(numbered(5), { seconds: 12 });

    expect(tookMillis).toBe(12_000);
    expect(counts).toMatchObject({ records: 0, undelivered: 5, undeliveredReasons: { RunEnded: 5 } });
  });

  it("counts as delivered when the answer is slow but comes", async () => {
    server.willReply({ kind: "refuseRecords", fails: half }, { kind: "hold" });

    const { counts } = await send(numbered(4), { onRetry: () => setImmediate(releaseWhenHeld) });

    expect(counts).toEqual({ ...delivered(4), retried: 2 });
    expect(server.calls).toHaveLength(2);
  });

  function releaseWhenHeld() {
    if (server.holding > 0) server.release();
    else setImmediate(releaseWhenHeld);
  }
});

describe("a call that Firehose would refuse again", () => {
  it.each([
    [400, "ResourceNotFoundException"],
    [400, "AccessDeniedException"],
    [400, "InvalidKMSResourceException"],
    [403, "UnrecognizedClientException"],
  ])("fails at once with the error's name (%i %s)", async (status, type) => {
    server.willReply({ kind: "error", status, type });

    const { failure, counts, rounds, tookMillis } = await send(numbered(3));

    expect(failure).toMatchObject({ name: type });
    expect(counts).toMatchObject({ records: 0, undelivered: 3, undeliveredReasons: { [type]: 3 } });
    expect(rounds).toEqual([]);
    expect(tookMillis).toBe(0);
  });

  it("fails when the answer does not say what became of each record", async () => {
    server.willReply({ kind: "text", text: '{"FailedPutCount":0,"RequestResponses":[{"RecordId":"1"}]}' });

    const { failure } = await send(numbered(2));

    expect(failure).toMatchObject({
      name: "UnexpectedAnswerError",
      message: "Firehose answered for 1 of 2 records",
    });
  });

  it("keeps the count of what was delivered before", async () => {
    server.willReply({ kind: "accept" }, { kind: "error", status: 400, type: "ResourceNotFoundException" });

    const { counts } = await send(numbered(600));

    expect(counts).toMatchObject({ records: 500, undelivered: 100 });
  });
});

describe("whatever happens to the calls", () => {
  const reply = fc.oneof<fc.Arbitrary<Reply>[]>(
    fc.constant({ kind: "accept" }),
    fc.uniqueArray(fc.nat(9)).map((failing) => ({
      kind: "refuseRecords",
      fails: (index) => failing.includes(index % 10),
    })),
    fc.constantFrom(400, 500, 503).map((status) => ({ kind: "error", status, type: "ThrottlingException" })),
    fc.constantFrom("before", "after", "amid").map((when) => ({ kind: "drop", when })),
    fc.constant({ kind: "hold" }),
  );
  const answersReachTheClient = ({ kind }: Reply) => kind === "accept" || kind === "refuseRecords";

  it("each record is acknowledged or reported, in order, and twice only after a failure", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(reply, { maxLength: 12 }),
        fc.integer({ min: 0, max: 40 }),
        async (replies, count) => {
          await server.close();
          server = await FirehoseServer.start();
          server.willReply(...replies);
          const records = numbered(count);

          const { counts } = await send(records, { seconds: 20 });

          const taken = server.calls.flatMap((call, index) =>
            answersReachTheClient(replies[index] ?? { kind: "accept" }) ? call.accepted : [],
          );
          expect(new Set(taken).size).toBe(taken.length);
          expect(counts.records).toBe(taken.length);
          expect(counts.records + counts.undelivered).toBe(count);
          for (const call of server.calls) {
            expect(call.records).toEqual(records.filter((record) => call.records.includes(record)));
          }
        },
      ),
      { numRuns: 60, seed: 3 },
    );
  });
});

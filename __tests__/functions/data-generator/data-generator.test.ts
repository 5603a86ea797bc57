import type { Configuration } from "../../../functions/data-generator/configuration";
import { generateData, type RunAnswer } from "../../../functions/data-generator/data-generator";
import { FailedRunError, UndeliveredRecordsError } from "../../../functions/data-generator/errors";
import { sensors } from "../../../functions/data-generator/sensors";
import { generatorMetrics } from "../../../pipeline/generator-metrics";
import type { SensorReading } from "../../../pipeline/sensor-reading";
import { FirehoseServer } from "../../support/firehose-server";
import { putTo, runContext, startMillis } from "../../support/generator-run";
import { VirtualClock } from "../../support/virtual-clock";

let server: FirehoseServer;
beforeEach(async () => {
  server = await FirehoseServer.start();
});
afterEach(() => server.close());

interface LogLine extends Record<string, unknown> {
  readonly level: string;
  readonly message: string;
}

interface Run {
  readonly answer: RunAnswer | undefined;
  readonly failure: unknown;
  readonly lines: readonly LogLine[];
  readonly tookMillis: number;
}

/** One invocation through real HTTP on a virtual clock. */
async function invoke(
  settings: Partial<Configuration> = {},
  { timeoutSeconds = 60, start = startMillis } = {},
): Promise<Run> {
  const clock = new VirtualClock(start);
  const { put, isBusy } = putTo(server);
  const lines: LogLine[] = [];
  let failure: unknown;
  const running = generateData(
    {
      configuration: { streamName: "stream", recordsPerSecond: 200, runSeconds: 50, seed: 1, ...settings },
      sensors,
      put,
      clock,
      random: () => 0.5,
      writeLine: (line) => {
        lines.push(JSON.parse(line) as LogLine);
      },
    },
    runContext(clock, timeoutSeconds),
  ).catch((error: unknown) => {
    failure = error;
    return undefined;
  });
  const answer = await clock.runUntilSettled(running, isBusy);
  expect(clock.pendingTimers).toBe(0);
  return { answer, failure, lines, tookMillis: clock.now() - start };
}

const sent = () => server.accepted.map((record) => JSON.parse(record) as SensorReading);
const messages = ({ lines }: Run) => lines.map(({ message }) => message);
const lastLine = ({ lines }: Run) => lines.at(-1);

describe("a run with the default settings", () => {
  it("sends exactly 10,000 records in 50 batches and says so", async () => {
    const { answer } = await invoke();

    expect(answer).toEqual({
      statusCode: 200,
      body: "Sent 10000 records from 10 sensors",
      records: 10_000,
      batches: 50,
      retried: 0,
      undelivered: 0,
    });
    expect(server.calls.map(({ records }) => records.length)).toEqual(Array.from({ length: 50 }, () => 200));
  });

  it("lasts exactly its 50 seconds", async () => {
    const { tookMillis } = await invoke();

    expect(tookMillis).toBe(50_000);
  });

  it("dates each record with the whole second in which its batch is due", async () => {
    await invoke();

    expect(sent().map(({ timestamp }) => timestamp)).toEqual(
      Array.from({ length: 10_000 }, (_, index) => Math.floor(startMillis / 1000) + Math.floor(index / 200)),
    );
  });

  it("sends a thousand records from each sensor", async () => {
    await invoke();

    const counts = sensors.map(({ id }) => sent().filter(({ sensor_id }) => sensor_id === id).length);
    expect(counts).toEqual(sensors.map(() => 1000));
  });
});

describe("the readings of a run", () => {
  const short = { runSeconds: 2 };

  it("are the same for the same seed and time", async () => {
    await invoke(short);
    const first = server.accepted;
    server.calls.length = 0;

    await invoke(short);

    expect(server.accepted).toEqual(first);
  });

  it.each([
    ["seed", { ...short, seed: 2 }, startMillis],
    ["time", short, startMillis + 60_000],
  ])("are others for another %s", async (_, settings, start) => {
    await invoke(short);
    const first = sent().map(({ temperature }) => temperature);
    server.calls.length = 0;

    await invoke(settings, { start });

    expect(sent().map(({ temperature }) => temperature)).not.toEqual(first);
  });

  it("visit the sensors round robin from one batch to the next", async () => {
    await invoke({ recordsPerSecond: 7, runSeconds: 3 });

    const visited = sent().map(({ sensor_id }) => sensor_id);
    expect(visited).toEqual(visited.map((_, index) => sensors[index % sensors.length]?.id));
  });

  it("do not depend on what had to be sent again", async () => {
    await invoke(short);
    const undisturbed = new Set(server.accepted);
    server.calls.length = 0;
    server.willReply({ kind: "refuseRecords", fails: (index) => index % 3 === 0 });

    await invoke(short);

    expect(new Set(server.accepted)).toEqual(undisturbed);
  });
});

describe("a higher rate", () => {
  it("goes out in several batches a second by the same code", async () => {
    const { answer, tookMillis } = await invoke({ recordsPerSecond: 8000, runSeconds: 2 });

    expect(answer).toMatchObject({ records: 16_000, batches: 32, undelivered: 0 });
    expect(server.accepted).toHaveLength(16_000);
    expect(tookMillis).toBe(2000);
  });
});

describe("a run that meets failures", () => {
  it("catches up and still sends everything", async () => {
    server.willAlwaysReply((call) =>
      call % 4 === 1
        ? { kind: "error", status: 503, type: "ServiceUnavailableException" }
        : { kind: "accept" },
    );

    const { answer, tookMillis } = await invoke();

    expect(answer).toMatchObject({ records: 10_000, batches: 50, undelivered: 0 });
    expect(answer?.retried).toBeGreaterThan(0);
    expect(server.accepted).toHaveLength(10_000);
    expect(tookMillis).toBe(50_000);
  });

  it("holds its pace beside calls that are never answered", async () => {
    server.willReply({ kind: "accept" }, { kind: "hold" }, { kind: "hold" });

    const { answer, tookMillis } = await invoke();

    expect(answer).toMatchObject({ records: 10_000, retried: 400, undelivered: 0 });
    expect(tookMillis).toBe(50_000);
  });

  it("fails with the counts when Firehose throttles to the end", async () => {
    server.willAlwaysReply((call) =>
      call < 10 ? { kind: "accept" } : { kind: "error", status: 400, type: "ThrottlingException" },
    );

    const { failure, tookMillis } = await invoke();

    expect(failure).toBeInstanceOf(UndeliveredRecordsError);
    expect(failure).toMatchObject({ counts: { records: 2000, undelivered: 8000 } });
    expect((failure as Error).message).toContain("sent 2000 of 10000 records, 8000 were not delivered");
    expect((failure as Error).message).toContain("ThrottlingException");
    expect(tookMillis).toBeLessThanOrEqual(58_000);
    expect(tookMillis).toBeGreaterThan(50_000);
  });

  it("ends two seconds before the function's deadline, with what was sent and what was not", async () => {
    const { failure, tookMillis } = await invoke({}, { timeoutSeconds: 30 });

    expect(tookMillis).toBe(28_000);
    expect(failure).toMatchObject({
      name: "UndeliveredRecordsError",
      counts: { records: 5600, batches: 28, undelivered: 4400, undeliveredReasons: { RunEnded: 4400 } },
    });
  });

  it("ends two seconds before the deadline when no call is ever answered", async () => {
    server.willAlwaysReply({ kind: "hold" });

    const { failure, tookMillis } = await invoke();

    expect(tookMillis).toBe(58_000);
    expect(failure).toMatchObject({ counts: { records: 0, undelivered: 10_000 } });
  });
});

describe("a run that Firehose refuses", () => {
  const refusal = {
    kind: "error",
    status: 400,
    type: "ResourceNotFoundException",
    message: "No such stream",
  } as const;

  it("fails at once with the error's name, the stream and the counts", async () => {
    server.willReply({ kind: "accept" }, { kind: "accept" }, refusal);

    const { failure, tookMillis } = await invoke();

    expect(failure).toBeInstanceOf(FailedRunError);
    expect(failure).toMatchObject({
      name: "ResourceNotFoundException",
      message:
        "ResourceNotFoundException on delivery stream stream: No such stream (sent 400 of 10000 records, 9600 were not delivered)",
      counts: {
        records: 400,
        undelivered: 9600,
        undeliveredReasons: { ResourceNotFoundException: 200, RunEnded: 9400 },
      },
    });
    expect(tookMillis).toBe(2000);
    expect(server.calls).toHaveLength(3);
  });

  it("logs the error with the counts", async () => {
    server.willReply(refusal);

    const run = await invoke();

    expect(lastLine(run)).toMatchObject({
      level: "ERROR",
      message: "run ended",
      error: { name: "ResourceNotFoundException", message: "No such stream" },
      [generatorMetrics.recordsUndelivered]: 10_000,
    });
  });
});

describe("the log", () => {
  it("is one line at the start and one at the end", async () => {
    const run = await invoke();

    expect(messages(run)).toEqual(["run started", "run ended"]);
    expect(run.lines[0]).toEqual({
      timestamp: new Date(startMillis).toISOString(),
      level: "INFO",
      message: "run started",
      requestId: "request-1",
      streamName: "stream",
      recordsPerSecond: 200,
      runSeconds: 50,
      seed: 1,
      sensors: 10,
    });
  });

  it("has a line for each round of sending again", async () => {
    server.willReply(
      { kind: "refuseRecords", fails: (index) => index < 7 },
      { kind: "error", status: 503, type: "ServiceUnavailableException" },
    );

    const run = await invoke();

    expect(messages(run)).toEqual([
      "run started",
      "sending records again",
      "sending records again",
      "run ended",
    ]);
    expect(run.lines[1]).toMatchObject({
      level: "WARN",
      requestId: "request-1",
      round: 1,
      records: 7,
      reasons: { ServiceUnavailableException: 7 },
      delayMillis: 50,
    });
  });

  it("ends with the run's metrics in the embedded metric format", async () => {
    server.willReply({ kind: "refuseRecords", fails: (index) => index < 7 });

    const run = await invoke();

    expect(lastLine(run)).toEqual({
      timestamp: new Date(startMillis + 50_000).toISOString(),
      level: "INFO",
      message: "run ended",
      requestId: "request-1",
      durationMillis: 50_000,
      batches: 50,
      undeliveredReasons: {},
      DeliveryStreamName: "stream",
      RecordsSent: 10_000,
      RecordsRetried: 7,
      RecordsUndelivered: 0,
      _aws: {
        Timestamp: startMillis + 50_000,
        CloudWatchMetrics: [
          {
            Namespace: "S3TablesFirehose/DataGenerator",
            Dimensions: [["DeliveryStreamName"]],
            Metrics: [
              { Name: "RecordsSent", Unit: "Count" },
              { Name: "RecordsRetried", Unit: "Count" },
              { Name: "RecordsUndelivered", Unit: "Count" },
            ],
          },
        ],
      },
    });
  });

  it("says what was not delivered and why", async () => {
    const run = await invoke({}, { timeoutSeconds: 12 });

    expect(lastLine(run)).toMatchObject({
      level: "ERROR",
      undeliveredReasons: { RunEnded: 8000 },
      [generatorMetrics.recordsSent]: 2000,
      [generatorMetrics.recordsUndelivered]: 8000,
    });
  });
});

import { replayProblems, summaryText } from "../../../local/replay-report";
import type { ReplaySummary } from "../../../local/replay";
import { warehouse } from "../../../local/warehouse";
import { pipelineNames } from "../../../pipeline/names";

function summary(changes: Partial<ReplaySummary> = {}): ReplaySummary {
  return {
    records: { sent: 1000, delivered: 1000, failed: {}, unaccounted: 0 },
    rows: 1000,
    table: { snapshots: 2, dataFiles: 3, bytes: 3 * 2 ** 20 },
    invocations: 1,
    invocationErrors: [],
    simulatedMs: 61_500,
    wallMs: 1_230,
    ...changes,
  };
}

const records = (unaccounted: number) => ({ ...summary().records, unaccounted });
const error = { errorType: "Sandbox.Timedout", errorMessage: "Task timed out" };

describe("a replay's problems", () => {
  test("are none when every record is accounted for", () => {
    expect(replayProblems(summary())).toEqual([]);
  });

  test.each([
    ["records that are nowhere", { records: records(3) }, "3 are neither in the table nor among the failed"],
    ["records that are there twice", { records: records(-3) }, "3 are there more than once"],
    ["failed invocations", { invocationErrors: [error] }, "1 of 1 invocations failed"],
  ])("are %s", (_what, changes, message) => {
    expect(replayProblems(summary(changes))).toEqual([expect.stringContaining(message)]);
  });
});

test("the summary tells of everything, and of failures only where there are any", () => {
  const store = warehouse("store", pipelineNames("one"));

  const good = summaryText(summary(), store, "log");
  const bad = summaryText(
    summary({
      records: { sent: 1000, delivered: 990, failed: { "Iceberg.InvalidJson": 10 }, unaccounted: 0 },
      rows: 5990,
      invocationErrors: [error],
    }),
    store,
    "log",
  );

  expect(good).toMatchInlineSnapshot(`
    "Records sent           1,000  1 invocations
    Rows delivered         1,000
    Rows failed                0
    Unaccounted for            0  counted in the table and in the error bucket
    Snapshots                  2
    Data files                 3  3.00 MiB
    Simulated          1 min 2 s  in 1.2 s, 50 times as fast
    Table   store/s3tablescatalog/one/one/one
    Log     log"
  `);
  expect(bad).toMatchInlineSnapshot(`
    "Records sent           1,000  1 invocations
    Rows delivered           990  the table holds 5,990
    Rows failed               10  Iceberg.InvalidJson 10
    Unaccounted for            0  counted in the table and in the error bucket
    Snapshots                  2
    Data files                 3  3.00 MiB
    Simulated          1 min 2 s  in 1.2 s, 50 times as fast
    Table   store/s3tablescatalog/one/one/one
    Failed  store/one-errors
    Log     log
    Failed invocation: Sandbox.Timedout: Task timed out"
  `);
});

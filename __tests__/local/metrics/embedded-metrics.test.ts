import { recordEmbeddedMetrics } from "../../../local/metrics/embedded-metrics";

function recorded(line: string): unknown[][] {
  const calls: unknown[][] = [];
  recordEmbeddedMetrics(line, { record: (...call) => calls.push(call) });
  return calls;
}

const embedded = (members: object, directive: object = {}) =>
  JSON.stringify({
    _aws: {
      Timestamp: 1_000,
      CloudWatchMetrics: [
        { Namespace: "N", Dimensions: [["Stream"]], Metrics: [{ Name: "Sent" }], ...directive },
      ],
    },
    Stream: "s",
    ...members,
  });

it("records the metrics of a line, with its dimensions and time", () => {
  expect(recorded(embedded({ Sent: 10 }))).toEqual([["N", "Sent", { Stream: "s" }, 10, 1_000]]);
});

it("records each value of a list, and each set of dimensions", () => {
  expect(recorded(embedded({ Sent: [1, 2] }, { Dimensions: [["Stream"], []] }))).toEqual([
    ["N", "Sent", { Stream: "s" }, 1, 1_000],
    ["N", "Sent", { Stream: "s" }, 2, 1_000],
    ["N", "Sent", {}, 1, 1_000],
    ["N", "Sent", {}, 2, 1_000],
  ]);
});

it.each([
  ["plain text", "START RequestId"],
  ["another JSON line", '{"level":"INFO"}'],
  ["a line that is cut off", '{"_aws":'],
  ["a metric without a value", embedded({})],
  ["a metric that is no number", embedded({ Sent: "10" })],
  ["directives of another shape", embedded({ Sent: 1 }, { Dimensions: "Stream" })],
  ["null for a directive", '{"_aws":{"Timestamp":1,"CloudWatchMetrics":[null]}}'],
])("takes %s for plain text", (_case, line) => {
  expect(recorded(line)).toEqual([]);
});

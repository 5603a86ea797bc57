import { metricKey } from "../../../local/metrics/metric-key";
import { MetricStore } from "../../../local/metrics/metric-store";
import { resolutionFor, resolutions } from "../../../local/metrics/resolution";

const minute = 60_000;
const day = 24 * 60 * minute;
const start = Date.parse("2026-01-01T00:00:00Z");
const metric = {
  namespace: "AWS/Firehose",
  name: "IncomingRecords",
  dimensions: { DeliveryStreamName: "s" },
};
const key = metricKey(metric);

function storeWith(...values: readonly (readonly [value: number, atMs: number])[]): MetricStore {
  const store = new MetricStore();
  for (const [value, at] of values)
    store.record(metric.namespace, metric.name, metric.dimensions, value, start + at);
  return store;
}

it("keeps a statistic set for each period of each resolution", () => {
  const store = storeWith([5, 0], [3, 59_999], [1, minute]);

  expect(store.sets(key, 60)).toEqual([
    { start, sum: 8, minimum: 3, maximum: 5, sampleCount: 2 },
    { start: start + minute, sum: 1, minimum: 1, maximum: 1, sampleCount: 1 },
  ]);
  expect(store.sets(key, 300)).toEqual([{ start, sum: 9, minimum: 1, maximum: 5, sampleCount: 3 }]);
  expect(store.sets(key, 86_400)).toHaveLength(1);
});

it("tells metrics apart by namespace, name and dimensions, whatever their order", () => {
  const store = new MetricStore();
  store.record("N", "M", { a: "1", b: "2" }, 1, start);
  store.record("N", "M", { b: "2", a: "1" }, 1, start);
  store.record("N", "M", { a: "1" }, 1, start);

  const sums = [{ a: "1", b: "2" } as Record<string, string>, { a: "1" }].map(
    (dimensions) => store.sets(metricKey({ namespace: "N", name: "M", dimensions }), 60)[0]?.sum,
  );
  expect(sums).toEqual([2, 1]);
});

it("forgets what is older than a resolution reaches, so that its memory is bounded", () => {
  const store = new MetricStore();
  for (let at = 0; at < 3 * day; at += minute)
    store.record(metric.namespace, metric.name, metric.dimensions, 1, start + at);

  expect(store.sets(key, 60)).toHaveLength(24 * 60 + 1);
  expect(store.sets(key, 300)).toHaveLength((3 * day) / (5 * minute));
});

it("keeps no value that comes when its time is over", () => {
  const store = storeWith([1, 2 * day], [1, 0]);
  expect(store.sets(key, 60)).toHaveLength(1);
});

it("takes no more metrics than a function could make up", () => {
  const store = new MetricStore();
  for (let n = 0; n < 1_000; n++) store.record("N", `M${n}`, {}, 1, start);
  const kept = Array.from({ length: 1_000 }, (_, n) =>
    metricKey({ namespace: "N", name: `M${n}`, dimensions: {} }),
  );
  expect(kept.filter((one) => store.sets(one, 60).length > 0)).toHaveLength(200);
});

it("replaces the value of a metric that is measured once a period", () => {
  const store = new MetricStore();
  store.set(metric, 10, start);
  store.set(metric, 20, start + minute);
  expect(store.sets(key, 86_400)).toEqual([{ start, sum: 20, minimum: 20, maximum: 20, sampleCount: 1 }]);
});

it("hands out each change once", () => {
  const store = storeWith([1, 0]);
  expect(store.takeChanges().map(({ periodSeconds }) => periodSeconds)).toEqual([60, 300, 86_400]);
  expect(store.takeChanges()).toEqual([]);
});

describe("resolutionFor", () => {
  it.each([
    ["a minute over hours", 60, 3 * 3_600, 60],
    ["five minutes over hours", 300, 3 * 3_600, 300],
    ["a minute over a week, of which no minutes are kept", 60, 7 * 86_400, 300],
    ["a day over two weeks", 86_400, 14 * 86_400, 86_400],
    ["ninety seconds, of which there are none", 90, 3_600, 60],
    ["anything over longer than is kept", 60, 400 * 86_400, 86_400],
  ])("for %s", (_case, period, range, expected) => {
    expect(resolutionFor(period, range).periodSeconds).toBe(expected);
  });

  it("can make each resolution of the one before", () => {
    for (const [index, { periodSeconds }] of resolutions.entries())
      expect(periodSeconds % (resolutions[index - 1]?.periodSeconds ?? periodSeconds)).toBe(0);
  });
});

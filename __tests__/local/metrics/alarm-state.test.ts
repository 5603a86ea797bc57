import { alarmState } from "../../../local/metrics/alarm-state";
import { MetricStore } from "../../../local/metrics/metric-store";
import { pipelineAlarms, type AlarmName } from "../../../pipeline/alarms";
import { pipelineMetrics, type Metric } from "../../../pipeline/metrics";
import { pipelineNames } from "../../../pipeline/names";
import { settings } from "../../../pipeline/settings";

const names = pipelineNames("stack");
const metrics = pipelineMetrics(names);
const alarms = pipelineAlarms(names.alarms, metrics, settings.alarms);
const minute = 60_000;
const start = Date.parse("2026-01-01T00:00:00Z");

function stateOf(
  alarm: AlarmName,
  values: readonly (readonly [metric: Metric, value: number, atMinute: number])[],
  { nowMinute = 30, isGenerating = true } = {},
) {
  const store = new MetricStore();
  for (const [{ namespace, name, dimensions }, value, at] of values)
    store.record(namespace, name, dimensions, value, start + at * minute);
  return alarmState(alarms[alarm], store, { now: start + nowMinute * minute, since: start, isGenerating });
}

it("is in alarm for a failed row in the last five minutes, and no longer", () => {
  expect(stateOf("failedRows", [[metrics.failedRows, 1, 26]])).toBe("ALARM");
  expect(stateOf("failedRows", [[metrics.failedRows, 1, 24]])).toBe("OK");
  expect(stateOf("failedRows", [[metrics.failedRows, 0, 26]])).toBe("OK");
});

it("is in alarm for data that is older than the limit, not as old", () => {
  const { freshnessSeconds } = settings.alarms;
  expect(stateOf("staleData", [[metrics.freshness, freshnessSeconds + 1, 28]])).toBe("ALARM");
  expect(stateOf("staleData", [[metrics.freshness, freshnessSeconds, 28]])).toBe("OK");
});

it("is in alarm for an error of the generator", () => {
  expect(stateOf("generatorErrors", [[metrics.errors, 1, 29]])).toBe("ALARM");
});

describe("without incoming records", () => {
  const lastRecord = (at: number) => [[metrics.incomingRecords, 100, at]] as const;

  it("is in alarm after the limit, while the generator runs", () => {
    expect(stateOf("noIncomingRecords", lastRecord(19))).toBe("ALARM");
    expect(stateOf("noIncomingRecords", lastRecord(20))).toBe("OK");
  });

  it("is not when there is no generator", () => {
    expect(stateOf("noIncomingRecords", [], { isGenerating: false })).toBe("OK");
  });

  it("cannot be told before the pipeline has run that long", () => {
    expect(stateOf("noIncomingRecords", [], { nowMinute: 9 })).toBe("INSUFFICIENT_DATA");
  });
});

import { readRecord } from "../../../benchmarks/record";
import { cpuSecondsPerRecord } from "../../../operations/estimate/workload";

describe("cpuSecondsPerRecord", () => {
  it("lies between the CPU time that was measured and four times that", () => {
    const figures = readRecord().results.function ?? [];

    const measured = figures.find(({ name }) => name === "CPU for 10,000 records");

    const measuredSeconds = (measured?.median ?? NaN) / 1000 / 10_000;
    expect(cpuSecondsPerRecord).toBeGreaterThanOrEqual(measuredSeconds);
    expect(cpuSecondsPerRecord).toBeLessThanOrEqual(4 * measuredSeconds);
  });
});

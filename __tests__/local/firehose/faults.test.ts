import { faultKinds, noFaults, parseFaults, type Faults } from "../../../local/firehose/faults";

/** For each kind, how often it struck in so many questions. */
function strikes(faults: Faults, questions: number): Record<string, number> {
  const count = (kind: keyof Faults) =>
    Array.from({ length: questions }, () => faults[kind]()).filter(Boolean).length;
  return Object.fromEntries(faultKinds.map((kind) => [kind, count(kind)]));
}

it("strikes at each knob's own rate, and never without one", () => {
  const { throttle, malformed, ...others } = strikes(parseFaults(" throttle = 0.05 , malformed=.5"), 20_000);
  expect(throttle! / 20_000).toBeCloseTo(0.05, 2);
  expect(malformed! / 20_000).toBeCloseTo(0.5, 1);
  expect(others).toEqual({ partial: 0, slow: 0, commit: 0 });
});

it("knows always and never", () => {
  expect(strikes(parseFaults("commit=1,slow=0,partial=1.0"), 100)).toEqual({
    throttle: 0,
    partial: 100,
    malformed: 0,
    slow: 0,
    commit: 100,
  });
});

it.each([[""], [" "], [","]])("takes %j as no faults", (specification) => {
  expect(strikes(parseFaults(specification), 100)).toEqual(strikes(noFaults, 100));
});

describe("a seed", () => {
  const sequence = (faults: Faults) => Array.from({ length: 200 }, () => faults.throttle());

  it("gives the same faults again", () => {
    expect(sequence(parseFaults("throttle=0.3", 5))).toEqual(sequence(parseFaults("throttle=0.3", 5)));
  });

  it("gives others than another seed", () => {
    expect(sequence(parseFaults("throttle=0.3", 5))).not.toEqual(sequence(parseFaults("throttle=0.3", 6)));
  });

  it("gives each knob a sequence that the others do not shift", () => {
    const alone = parseFaults("throttle=0.3", 5);
    const among = parseFaults("partial=0.3,throttle=0.3", 5);
    for (let n = 0; n < 50; n++) among.partial();
    expect(sequence(among)).toEqual(sequence(alone));
  });
});

it.each([
  ["throtle=0.05", '"throtle=0.05" names no fault'],
  ["throttle", '"throttle" has no rate from 0 to 1'],
  ["throttle=", '"throttle=" has no rate'],
  ["throttle=1.01", '"throttle=1.01" has no rate'],
  ["throttle=-0.1", '"throttle=-0.1" has no rate'],
  ["throttle=5%", '"throttle=5%" has no rate'],
  ["throttle=NaN", "has no rate"],
  ["throttle=0.1,throttle=0.2", '"throttle" is given twice'],
  ["constructor=0.1", "names no fault"],
  ["nothing=1,slow=2", '"nothing=1" names no fault; "slow=2" has no rate'],
])("rejects %j and says what is allowed", (specification, problem) => {
  const parse = () => parseFaults(specification);
  expect(parse).toThrow(problem);
  expect(parse).toThrow("Allowed are throttle, partial, malformed, slow, commit");
  expect(parse).toThrow(expect.objectContaining({ exitCode: 2 }) as Error);
});

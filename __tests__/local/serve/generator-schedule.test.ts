import { GeneratorSchedule } from "../../../local/generator-schedule";
import type { Invocation } from "../../../local/function/local-function";
import { pipelineNames } from "../../../pipeline/names";
import { ManualClock } from "../firehose/manual-clock";

const minute = 60_000;
const invocation: Invocation = { requestId: "id", durationMs: 50_000, outcome: { result: "sent" } };

/** A generator whose runs end when a test says so. */
function schedule() {
  const clock = new ManualClock();
  const started: number[] = [];
  const ended: number[] = [];
  const closed: unknown[] = [];
  let finish: () => void = () => undefined;
  const generator = {
    invoke: (event: unknown) => {
      started.push(Date.parse((event as { time: string }).time));
      return new Promise<Invocation>((resolve) => {
        finish = () => {
          resolve(invocation);
        };
      });
    },
    close: (how?: unknown) => {
      closed.push(how);
      return Promise.resolve();
    },
  };
  const first = clock.now();
  const running = new GeneratorSchedule({
    names: pipelineNames("stack"),
    generator,
    clock,
    ids: () => "id",
    onInvocation: (_invocation, startedMs) => ended.push(startedMs),
  });
  const finishRun = async () => {
    finish();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { clock, first, started, ended, closed, running, finishRun };
}

it("invokes at once and then every minute, counted from the start", async () => {
  const { clock, first, started, ended, finishRun } = schedule();
  for (let n = 0; n < 3; n++) {
    clock.advance(50_000);
    await finishRun();
    clock.advance(10_000);
  }
  expect(started).toEqual([0, 1, 2, 3].map((n) => first + n * minute));
  expect(ended).toEqual([0, 1, 2].map((n) => first + n * minute));
});

it("drops an event that finds the last run still going", async () => {
  const { clock, first, started, finishRun } = schedule();
  clock.advance(minute);
  clock.advance(5_000);
  await finishRun();
  clock.advance(minute);
  expect(started).toEqual([first, first + 2 * minute]);
});

it("ends the run under way when it is stopped, and reports it no more", async () => {
  const { clock, started, ended, closed, running, finishRun } = schedule();
  await running.stop();
  await finishRun();
  clock.advance(10 * minute);
  expect(closed).toEqual([{ isUrgent: true }]);
  expect(started).toHaveLength(1);
  expect(ended).toEqual([]);
});

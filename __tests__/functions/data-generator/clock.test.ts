import { sleep, sleepUntil, systemClock, type Clock } from "../../../functions/data-generator/clock";
import { VirtualClock } from "../../support/virtual-clock";

const never = new AbortController().signal;
const idle = () => false;

describe("sleeping", () => {
  it("takes the time it is given", async () => {
    const clock = new VirtualClock(0);

    await clock.runUntilSettled(sleep(clock, 250, never), idle);

    expect(clock.now()).toBe(250);
  });

  it("ends when the signal aborts", async () => {
    const clock = new VirtualClock(0);
    const controller = new AbortController();
    clock.startTimer(100, () => {
      controller.abort();
    });

    await clock.runUntilSettled(sleep(clock, 250, controller.signal), idle);

    expect(clock.now()).toBe(100);
    expect(() => {
      clock.fireNext();
    }).toThrow("nothing waits");
  });

  it("does not begin when the signal has aborted", async () => {
    await sleep(new VirtualClock(0), 250, AbortSignal.abort());
  });

  it("until a time goes on when a timer fires early", async () => {
    const clock = new VirtualClock(0);
    const hasty: Clock = {
      now: () => clock.now(),
      startTimer: (milliseconds, callback) => clock.startTimer(Math.max(1, milliseconds - 10), callback),
    };

    await clock.runUntilSettled(sleepUntil(hasty, 100, never), idle);

    expect(clock.now()).toBe(100);
  });
});

describe("the system's clock", () => {
  it("looks Date and setTimeout up at each call, so that they can be replaced", () => {
    jest.useFakeTimers({ now: 5000 });
    const fired = jest.fn();

    systemClock.startTimer(100, fired);
    const cancel = systemClock.startTimer(100, fired);
    cancel();
    jest.advanceTimersByTime(100);

    expect(systemClock.now()).toBe(5100);
    expect(fired).toHaveBeenCalledTimes(1);
    jest.useRealTimers();
  });
});

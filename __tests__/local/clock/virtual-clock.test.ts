import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { StalledClockError, VirtualClock, type Activity } from "../../../local/clock/virtual-clock";

const start = 1_767_225_600_000;

/** Bytes, once garbage is collected. */
function usedHeap(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  return process.memoryUsage().heapUsed;
}

/** A clock, and a wait on it that notes when it is over. */
function clockWithNotes() {
  const clock = new VirtualClock(start);
  const notes: string[] = [];
  const wait = (milliseconds: number, note = "") =>
    new Promise<void>((resolve) => {
      clock.setTimeout(() => {
        notes.push(`${note}@${clock.now() - start}`);
        resolve();
      }, milliseconds);
    });
  return { clock, notes, wait };
}

/** An activity that goes on for as long as a test wants. */
function controlledActivity() {
  let end: () => void = () => undefined;
  let isBusy = false;
  let over = Promise.resolve();
  const activity: Activity = {
    get isBusy() {
      return isBusy;
    },
    settled: () => over,
  };
  return {
    activity,
    begin: () => {
      isBusy = true;
      over = new Promise((resolve) => {
        end = () => {
          isBusy = false;
          resolve();
        };
      });
    },
    end: () => {
      end();
    },
  };
}

const turns = async (count: number) => {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
};

describe("timers", () => {
  test("fire in the order of their times, each at its own", async () => {
    const { clock, notes, wait } = clockWithNotes();

    await clock.run(Promise.all([wait(300, "c"), wait(100, "a"), wait(200, "b")]));

    expect(notes).toEqual(["a@100", "b@200", "c@300"]);
  });

  test("of one instant fire in the order in which they were set", async () => {
    const { clock, notes, wait } = clockWithNotes();

    await clock.run(Promise.all([wait(5, "first"), wait(5, "second"), wait(5, "third")]));

    expect(notes).toEqual(["first@5", "second@5", "third@5"]);
  });

  test("that are set when another fires count from then", async () => {
    const { clock, notes, wait } = clockWithNotes();

    await clock.run(wait(10, "a").then(() => wait(10, "b")));

    expect(notes).toEqual(["a@10", "b@20"]);
  });

  test("that are cleared never fire", async () => {
    const { clock, wait } = clockWithNotes();
    const callback = jest.fn();
    clock.clearTimeout(clock.setTimeout(callback, 10));

    await clock.run(wait(20));

    expect(callback).not.toHaveBeenCalled();
  });

  test("of the past fire now", async () => {
    const { clock, notes, wait } = clockWithNotes();

    await clock.run(wait(-5, "late"));

    expect(notes).toEqual(["late@0"]);
  });

  test("after the end of the work do not fire", async () => {
    const { clock, wait } = clockWithNotes();
    const callback = jest.fn();
    clock.setTimeout(callback, 11);

    await clock.run(wait(10));

    expect(callback).not.toHaveBeenCalled();
    expect(clock.now()).toBe(start + 10);
  });
});

test("a long time passes without anything left behind in memory", async () => {
  const { clock } = clockWithNotes();
  const jumps = 40_000;
  const wait = () => new Promise<void>((resolve) => void clock.setTimeout(resolve, 1));
  const heap: number[] = [];
  const work = async () => {
    for (let jump = 0; jump < jumps; jump++) {
      // What the first jumps leave is compiled code.
      if (jump === jumps / 10) heap.push(usedHeap());
      await wait();
    }
    heap.push(usedHeap());
  };

  await clock.run(work());

  const [before = NaN, after = NaN] = heap;
  expect((after - before) / jumps).toBeLessThan(100);
});

describe("activities", () => {
  test("hold the time for as long as they are under way", async () => {
    const { clock, notes, wait } = clockWithNotes();
    const { activity, begin, end } = controlledActivity();
    clock.waitFor(activity);
    begin();

    const done = clock.run(wait(10, "timer"));
    await turns(20);
    const heldAt = clock.now();
    end();
    await done;

    expect(heldAt).toBe(start);
    expect(notes).toEqual(["timer@10"]);
  });

  test("that follow each other at once leave no gap to jump through", async () => {
    const { clock, notes, wait } = clockWithNotes();
    const first = controlledActivity();
    const second = controlledActivity();
    clock.waitFor(first.activity);
    clock.waitFor(second.activity);
    first.begin();
    void first.activity.settled().then(second.begin);

    const done = clock.run(wait(10, "timer"));
    first.end();
    await turns(20);
    const heldAt = clock.now();
    second.end();
    await done;

    expect(heldAt).toBe(start);
    expect(notes).toEqual(["timer@10"]);
  });

  test("are no longer waited for when nobody cares", async () => {
    const { clock, wait } = clockWithNotes();
    const { activity, begin } = controlledActivity();
    const stopWaiting = clock.waitFor(activity);
    begin();
    stopWaiting();

    await clock.run(wait(10));

    expect(clock.now()).toBe(start + 10);
  });
});

describe("work", () => {
  test("that needs no time gets none", async () => {
    const { clock, wait } = clockWithNotes();
    void wait(10);

    await clock.run(Promise.resolve("answer"));

    expect(clock.now()).toBe(start);
  });

  test("hands its result on", async () => {
    const { clock, wait } = clockWithNotes();

    await expect(clock.run(wait(1).then(() => "answer"))).resolves.toBe("answer");
  });

  test("that fails fails the run", async () => {
    const { clock } = clockWithNotes();

    await expect(clock.run(Promise.reject(new Error("broken")))).rejects.toThrow("broken");
  });

  test("fails when it can never be done", async () => {
    const { clock } = clockWithNotes();

    await expect(clock.run(new Promise(() => undefined))).rejects.toThrow(StalledClockError);
  });
});

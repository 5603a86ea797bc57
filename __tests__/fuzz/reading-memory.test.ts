import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { ReadingReply, ReadingRequest, Scenario } from "./reading-process";

const mebi = 2 ** 20;

/** Reads little and then much. @returns what came of the second, and how much more memory it took than the first */
async function reading(scenario: Scenario, little: number, much: number) {
  const child = fork(join(__dirname, "reading-process.ts"), {
    // Without room for young garbage, what grows is what is kept.
    execArgv: ["--max-semi-space-size=1", "--require", "tsx/cjs"],
  });
  const gone = once(child, "exit").then(([code, signal]) => {
    throw new Error(`The process ended with ${String(code ?? signal)}.`);
  });
  gone.catch(() => undefined);
  const read = async (size: number) => {
    child.send({ scenario, size } satisfies ReadingRequest);
    const [reply] = (await Promise.race([once(child, "message"), gone])) as [ReadingReply];
    return reply;
  };
  try {
    const before = await read(little);
    const { result, peakBytes } = await read(much);
    return { result, growthBytes: peakBytes - before.peakBytes };
  } finally {
    child.disconnect();
  }
}

// Kept in memory, all of the second amount but the flags would take far more than the growth that is allowed.
it.each<[Scenario, number, number, number]>([
  ["one endless line", 16, 256, 1],
  ["a gzip object that unpacks to one endless line", 16, 256, 1],
  ["lines of ever other error codes", 20, 300, 300_000],
  ["large records of ever other error codes", 10, 50, 50],
  ["line numbers of one object", 100, 5_000, 1],
  ["files that describe a deployment", 2, 1_900, 4],
  // An argument has at most 128 KiB.
  ["flags", 16, 128, 24],
])("needs little more memory for much than for little of: %s", async (scenario, little, much, expected) => {
  const { result, growthBytes } = await reading(scenario, little, much);

  expect(result).toBe(expected);
  expect(growthBytes).toBeLessThan(96 * mebi);
});

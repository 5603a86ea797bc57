import fs from "node:fs";
import promises from "node:fs/promises";

// Preloaded into a server's process (`node --require`): makes its disk slow or full and its clock wrong when told to,
// without the server's code knowing of it.

export interface ProcessFaults {
  /** Added to what the process takes for the time. */
  readonly clockOffsetMs?: number;
  /** Before each write and each removal. */
  readonly writeDelayMs?: number;
  /** Writes fail with ENOSPC, some after their first half was written. */
  readonly diskIsFull?: boolean;
  /** The next removal, which follows a commit, is where the process is killed. */
  readonly diesAtRemoval?: boolean;
}

let faults: ProcessFaults = {};
process.on("message", (changed: ProcessFaults) => {
  faults = changed;
  process.send?.("changed");
});
// Listening alone must not keep a server alive that is done.
process.channel?.unref();

const realNow = Date.now;
Date.now = () => realNow() + (faults.clockOffsetMs ?? 0);

const sleeper = new Int32Array(new SharedArrayBuffer(4));

function dawdle(): void {
  if (faults.writeDelayMs) Atomics.wait(sleeper, 0, 0, faults.writeDelayMs);
}

function beforeWrite(): void {
  dawdle();
  if (faults.diskIsFull)
    throw Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });
}

const { writeSync } = fs;
let writes = 0;
fs.writeSync = ((file: number, bytes: Uint8Array, offset: number, length: number, position: number) => {
  if (faults.diskIsFull && ++writes % 2 === 0) writeSync(file, bytes, offset, length >> 1, position);
  beforeWrite();
  return writeSync(file, bytes, offset, length, position);
}) as typeof fs.writeSync;

// Between a commit and the removal of what was committed a kill is at its worst.
const { rmSync } = fs;
fs.rmSync = (path, options) => {
  dawdle();
  if (faults.diesAtRemoval) process.kill(process.pid, "SIGKILL");
  rmSync(path, options);
};

const { open } = promises;
promises.open = async (path, flags, mode) => {
  if (flags === "wx") beforeWrite();
  return open(path, flags, mode);
};

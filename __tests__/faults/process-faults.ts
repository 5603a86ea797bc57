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
  /** Commits fail; every third one, only after it took place. */
  readonly commitsFail?: boolean;
  /** Commits take place, and fail all the same. */
  readonly commitsGoUnnoticed?: boolean;
  /** The process is killed after the next commit, before the version hint names it. */
  readonly diesAtVersionHint?: boolean;
  /** The next removal, which follows a commit, is where the process is killed. */
  readonly diesAtRemoval?: boolean;
  /** How far the next error object comes before the process is killed. */
  readonly diesAtErrorObject?: ErrorObjectStage;
}

/** Steps of giving records up: half a line is written; all is written; the object has its place in the error bucket. */
export type ErrorObjectStage = "begun" | "written" | "placed";

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

function die(): void {
  process.kill(process.pid, "SIGKILL");
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
  if (faults.diesAtRemoval) die();
  rmSync(path, options);
};

const { createWriteStream } = fs;
fs.createWriteStream = (path, options) => {
  const stream = createWriteStream(path, options);
  if (faults.diesAtErrorObject === "begun")
    stream.once("open", (file) => {
      writeSync(file, '{"attemptsMade":1,"arrival');
      die();
    });
  return stream;
};

const { renameSync } = fs;
fs.renameSync = (from, to) => {
  if (faults.diesAtErrorObject === "written") die();
  renameSync(from, to);
  if (faults.diesAtErrorObject === "placed") die();
};

// A table's metadata file appears by link(2): that is the commit.
const { link } = promises;
let commits = 0;
promises.link = async (from, to) => {
  const { commitsFail, commitsGoUnnoticed } = faults;
  const tookPlace = !commitsFail || ++commits % 3 === 0;
  if (tookPlace) await link(from, to);
  if (commitsFail || commitsGoUnnoticed)
    throw Object.assign(new Error("EIO: i/o error, link (played)"), { code: "EIO" });
};

// Readers that go by the version hint see the commit only from here on.
const { rename } = promises;
promises.rename = async (from, to) => {
  if (faults.diesAtVersionHint && String(to).endsWith("version-hint.text")) die();
  await rename(from, to);
};

const { open } = promises;
promises.open = async (path, flags, mode) => {
  if (flags === "wx") beforeWrite();
  return open(path, flags, mode);
};

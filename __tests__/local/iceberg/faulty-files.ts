import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { nodeFiles, temporarySuffix, type TableFiles } from "../../../local/iceberg/table-files";

/** How the file system fails at one call. */
export type Fault =
  /** The disk is full for this call, and free again afterwards. */
  | "disk full"
  /** The process is killed in this call: half of what it was to write is there, and no call after it happens. */
  | "killed during"
  /** The process is killed right after this call. */
  | "killed after";

export class InjectedError extends Error {
  override readonly name = "InjectedError";
  constructor(readonly code: string) {
    super(`injected ${code}`);
  }
}

export interface FaultyFiles extends TableFiles {
  /** Counts calls from here on, and fails at call number `at`, counted from 1. */
  arm(at?: number, fault?: Fault): void;
  /** The names of the calls since it was armed. */
  calls(): readonly string[];
}

/** A real file system that fails where it is told. */
export function faultyFiles(): FaultyFiles {
  let calls: string[] = [];
  let dead = false;
  let failing: { readonly at: number; readonly fault: Fault } | undefined;

  async function call<T>(
    name: string,
    run: () => Promise<T>,
    leaveHalf: () => void = () => undefined,
  ): Promise<T> {
    if (dead) throw new InjectedError("DEAD");
    calls.push(name);
    if (calls.length !== failing?.at) return run();
    if (failing.fault === "disk full") throw new InjectedError("ENOSPC");
    dead = true;
    if (failing.fault === "killed during") leaveHalf();
    else await run();
    throw new InjectedError("DEAD");
  }

  const half = (path: string, bytes: Uint8Array) => () => {
    writeFileSync(path, bytes.subarray(0, bytes.length / 2));
  };
  const halfTemporary = (path: string, bytes: Uint8Array) =>
    half(join(dirname(path), `half-${calls.length}${temporarySuffix}`), bytes);

  return {
    arm: (at, fault) => {
      calls = [];
      failing = at === undefined || fault === undefined ? undefined : { at, fault };
    },
    calls: () => calls,
    read: (path) => call("read", () => nodeFiles.read(path)),
    write: (path, bytes, ms) => call("write", () => nodeFiles.write(path, bytes, ms), half(path, bytes)),
    writeNew: (path, bytes, ms) =>
      call("writeNew", () => nodeFiles.writeNew(path, bytes, ms), halfTemporary(path, bytes)),
    replace: (path, bytes, ms) =>
      call("replace", () => nodeFiles.replace(path, bytes, ms), halfTemporary(path, bytes)),
    seal: (path, ms) => call("seal", () => nodeFiles.seal(path, ms)),
    list: (directory) => call("list", () => nodeFiles.list(directory)),
    stat: (path) => call("stat", () => nodeFiles.stat(path)),
    remove: (path) => call("remove", () => nodeFiles.remove(path)),
    makeDirectory: (path) => call("makeDirectory", () => nodeFiles.makeDirectory(path)),
  };
}

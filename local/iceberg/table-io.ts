import { randomInt, randomUUID } from "node:crypto";
import { nodeFiles, type TableFiles } from "./table-files";

/** Everything that makes two runs of the writer differ. Tests hand in frozen values. */
export interface TableIo {
  /** Milliseconds since the Unix epoch; may be a virtual clock. */
  now(): number;
  /** Names data files, manifests and tables. */
  uuid(): string;
  /** A positive whole number below 2^53: Avro longs and JSON numbers above it would lose digits in JavaScript. */
  snapshotId(): number;
  readonly files: TableFiles;
}

export function tableIo(io: Partial<TableIo> = {}): TableIo {
  return {
    now: () => Date.now(),
    uuid: () => randomUUID(),
    snapshotId: () => randomInt(1, 2 ** 16) * 2 ** 37 + randomInt(0, 2 ** 37),
    files: nodeFiles,
    ...io,
  };
}

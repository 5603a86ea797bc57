import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { noFaults } from "../../../local/firehose/faults";
import { openTable } from "../../../local/query/open-table";
import type { Cell } from "../../../local/query/query-result";
import { QuerySession } from "../../../local/query/query-session";
import { replay, type ReplayOptions, type ReplaySummary } from "../../../local/replay";
import { warehouse, type Warehouse } from "../../../local/warehouse";
import { pipelineNames } from "../../../pipeline/names";

export const names = pipelineNames("replay-test");

const root = realpathSync(mkdtempSync(join(tmpdir(), "replay-test-")));
let warehouses = 0;

/** A warehouse in a folder of its own, which `removeWarehouses` removes. */
export function newWarehouse(): Warehouse {
  return warehouse(join(root, `warehouse-${++warehouses}`), names);
}

export function removeWarehouses(): void {
  rmSync(root, { recursive: true, force: true });
}

/** Replays two minutes unless told otherwise. */
export function replayInto(store: Warehouse, changes: Partial<ReplayOptions> = {}): Promise<ReplaySummary> {
  return replay({
    names,
    warehouse: store,
    minutes: 2,
    seed: 1,
    faults: noFaults,
    keep: false,
    log: () => undefined,
    onMinute: () => undefined,
    ...changes,
  });
}

/** The only row of a query. */
export async function firstRow(store: Warehouse, sql: string): Promise<readonly Cell[]> {
  const session = await QuerySession.open(names, await openTable(store.tableLocation));
  const { rows } = await session.run(sql);
  session.close();
  return rows[0] ?? [];
}

/** Differs when any value of any row does, and not when only the order of the rows does. */
export const fingerprint = `SELECT count(*), sum(hash(readings)) FROM ${names.table} AS readings`;

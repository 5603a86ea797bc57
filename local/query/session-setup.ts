import type { PipelineNames } from "../../pipeline/names";
import type { ColumnType } from "../../pipeline/sensor-reading";
import type { Snapshot } from "../iceberg/snapshot";
import { sqlIdentifier, sqlString } from "../iceberg/sql-text";
import { createMacro, trinoFunctions } from "./trino-functions";

/** What one snapshot of the table holds. */
export interface TableContents {
  readonly columns: readonly {
    readonly fieldId: number;
    readonly name: string;
    readonly type: ColumnType;
  }[];
  /** Absolute paths of its Parquet files. */
  readonly files: readonly string[];
  /** All that the table retains, oldest first, whichever this one is. */
  readonly snapshots: readonly Pick<
    Snapshot,
    "snapshotId" | "parentSnapshotId" | "timestampMs" | "operation" | "summary"
  >[];
}

/** What one query may take. */
export interface QueryLimits {
  /** What the engine counts: not the long strings that functions make, and not the rows that are handed out. */
  readonly memoryMib: number;
  readonly timeoutMs: number;
  /** Rows that are handed out; the result says when there were more. */
  readonly rows: number;
  /** Characters that these rows may have in all, about; the result is cut off before the row that goes beyond. */
  readonly characters: number;
}

const sqlTypes: Readonly<Record<ColumnType, string>> = {
  string: "VARCHAR",
  long: "BIGINT",
  double: "DOUBLE",
  boolean: "BOOLEAN",
};

/**
 * The statements that make a new in-memory DuckDB an Athena-like session over one snapshot: the catalog with its
 * schema, the table and "table$snapshots", Trino's functions, and last the lock.
 */
export function sessionSetup(names: PipelineNames, contents: TableContents, limits: QueryLimits): string {
  return [
    catalog(names),
    tableView(names, contents),
    snapshotsView(names, contents),
    ...trinoFunctions.map(createMacro),
    lock(contents, limits),
  ].join(";\n");
}

function catalog({ catalog: name, namespace }: PipelineNames): string {
  return [
    `ATTACH ':memory:' AS ${sqlIdentifier(name)}`,
    `CREATE SCHEMA ${sqlIdentifier(name)}.${sqlIdentifier(namespace)}`,
    `USE ${sqlIdentifier(name)}.${sqlIdentifier(namespace)}`,
  ].join(";\n");
}

/**
 * The table, its columns found by field id and not by name, so that a column added later is null in older files
 * (Iceberg spec, "Column Projection").
 */
function tableView({ table }: PipelineNames, { columns, files }: TableContents): string {
  const fields = columns.map(({ fieldId, name, type }) => {
    return `${fieldId}: {name: ${sqlString(name)}, type: ${sqlString(sqlTypes[type])}, default_value: NULL}`;
  });
  const nulls = columns.map(({ name, type }) => `NULL::${sqlTypes[type]} AS ${sqlIdentifier(name)}`);
  const rows =
    files.length > 0
      ? `SELECT * FROM read_parquet([${files.map(sqlString).join(", ")}], schema = MAP {${fields.join(", ")}})`
      : `SELECT ${nulls.join(", ")} WHERE false`;
  return `CREATE VIEW ${sqlIdentifier(table)} AS ${rows}`;
}

/**
 * What Athena answers to `SELECT * FROM "table$snapshots"`, without the manifest lists.
 * https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-table-metadata.html
 */
function snapshotsView({ table }: PipelineNames, { snapshots }: TableContents): string {
  const rows = snapshots.map(({ snapshotId, parentSnapshotId, timestampMs, operation, summary }) => {
    const keys = Object.keys(summary).map(sqlString).join(", ");
    const values = Object.values(summary).map(sqlString).join(", ");
    return (
      `SELECT to_timestamp(${timestampMs} / 1000.0) AS committed_at, ${snapshotId}::BIGINT AS snapshot_id, ` +
      `${parentSnapshotId ?? "NULL"}::BIGINT AS parent_id, ${sqlString(operation)} AS operation, ` +
      `map([${keys}]::VARCHAR[], [${values}]::VARCHAR[]) AS summary`
    );
  });
  const none = `SELECT * FROM (${
    "SELECT NULL::TIMESTAMPTZ AS committed_at, NULL::BIGINT AS snapshot_id, NULL::BIGINT AS parent_id, " +
    "NULL::VARCHAR AS operation, NULL::MAP(VARCHAR, VARCHAR) AS summary"
  }) WHERE false`;
  return `CREATE VIEW ${sqlIdentifier(`${table}$snapshots`)} AS ${[none, ...rows].join(" UNION ALL ")}`;
}

/** Trino's meaning where a setting gives it, then the limits, then no way back. */
function lock({ files }: TableContents, { memoryMib }: QueryLimits): string {
  return [
    "SET TimeZone = 'UTC'",
    "SET integer_division = true",
    `SET memory_limit = '${memoryMib}MiB'`,
    // Nothing spills to disk: a query that needs more memory fails instead.
    "SET temp_directory = ''",
    `SET allowed_paths = [${files.map(sqlString).join(", ")}]`,
    "SET autoinstall_known_extensions = false",
    "SET autoload_known_extensions = false",
    "SET allow_community_extensions = false",
    "SET enable_external_access = false",
    "SET lock_configuration = true",
  ].join(";\n");
}

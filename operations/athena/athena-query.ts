import { setTimeout as wait } from "node:timers/promises";
import type { AthenaClient, QueryExecution, ResultSetMetadata } from "@aws-sdk/client-athena";
import type { Cell, QueryResult } from "../../local/query/query-result";
import { UserError } from "../../local/cli/user-error";
import type { PipelineNames } from "../../pipeline/names";
import { athenaLeastBytesPerQuery, prices } from "../../pipeline/prices";
import { callAws } from "../aws/aws-error";
import { clientSettings } from "../aws/clients";

export interface AthenaTarget {
  readonly names: PipelineNames;
  readonly region: string;
  readonly workgroup: string;
  /** `s3://...` for results; undefined where the workgroup has its own place for them. */
  readonly outputLocation?: string;
}

export interface AthenaAnswer extends QueryResult {
  readonly bytesScanned: number;
  /** By the list price of us-east-1. */
  readonly usd: number;
}

/** A workgroup that keeps no results and got no place for them. */
export class OutputLocationError extends UserError {
  constructor(workgroup: string) {
    super(
      `The Athena workgroup "${workgroup}" has no place for query results. Name one with --output-location s3://BUCKET/PREFIX/, ` +
        "or set one in the workgroup (Athena console, Workgroups).",
    );
  }
}

export interface AthenaQueryOptions {
  readonly signal?: AbortSignal;
  /** Rows that are fetched; the result says when there were more. */
  readonly mostRows?: number;
  readonly pollMs?: number;
  /** Hears how the query is doing, once a poll. */
  readonly onPoll?: (state: string) => void;
}

const rowsPerPage = 1000;

/**
 * Runs SQL in Athena, on the table's own catalog, and fetches the result page by page. An aborted signal stops the query
 * in Athena too.
 *
 * @throws UserError with Athena's reason when the query fails; AwsCallError when a call does
 */
export async function askAthena(
  target: AthenaTarget,
  sql: string,
  { signal, mostRows = 100_000, pollMs = 500, onPoll }: AthenaQueryOptions = {},
): Promise<AthenaAnswer> {
  const athena = await import("@aws-sdk/client-athena");
  const client = new athena.AthenaClient(clientSettings(target.region));
  const { names, region, workgroup } = target;
  await requireOutputLocation(client, target);

  const call = (action: string) => ({
    action: `athena:${action}`,
    region,
    resource: `workgroup ${workgroup}`,
  });
  const { QueryExecutionId } = await callAws(call("StartQueryExecution"), () =>
    client.send(
      new athena.StartQueryExecutionCommand({
        QueryString: sql,
        QueryExecutionContext: { Catalog: names.catalog, Database: names.namespace },
        WorkGroup: workgroup,
        ...(target.outputLocation && { ResultConfiguration: { OutputLocation: target.outputLocation } }),
      }),
    ),
  );
  for (;;) {
    const { QueryExecution } = await callAws(call("GetQueryExecution"), () =>
      client.send(new athena.GetQueryExecutionCommand({ QueryExecutionId })),
    );
    const { State = "UNKNOWN" } = QueryExecution?.Status ?? {};
    onPoll?.(State);
    if (State === "SUCCEEDED") return await fetchResult(client, QueryExecution ?? {}, call, mostRows);
    if (State === "FAILED" || State === "CANCELLED") throw failedQuery(QueryExecution ?? {});
    await wait(pollMs, undefined, { signal }).catch(() => undefined);
    if (!signal?.aborted) continue;
    await callAws(call("StopQueryExecution"), () =>
      client.send(new athena.StopQueryExecutionCommand({ QueryExecutionId })),
    );
    throw new UserError("Stopped, in Athena too.");
  }
}

async function requireOutputLocation(client: AthenaClient, target: AthenaTarget): Promise<void> {
  if (target.outputLocation !== undefined) return;
  const { GetWorkGroupCommand } = await import("@aws-sdk/client-athena");
  const { region, workgroup } = target;
  const { WorkGroup } = await callAws({ action: "athena:GetWorkGroup", region, resource: workgroup }, () =>
    client.send(new GetWorkGroupCommand({ WorkGroup: workgroup })),
  );
  const { ResultConfiguration, ManagedQueryResultsConfiguration } = WorkGroup?.Configuration ?? {};
  const has = ResultConfiguration?.OutputLocation ?? ManagedQueryResultsConfiguration?.Enabled;
  if (has === undefined || has === false || has === "") throw new OutputLocationError(workgroup);
}

function failedQuery({ Status, Query }: QueryExecution): UserError {
  const reason = Status?.StateChangeReason ?? Status?.AthenaError?.ErrorMessage ?? "no reason given";
  const hint = hints.find(([pattern]) => pattern.test(reason))?.[1] ?? "";
  const place = /line (\d+):(\d+)/.exec(reason);
  const line = Query?.split("\n")[Number(place?.[1]) - 1];
  const caret = place && line !== undefined ? `\n${line}\n${" ".repeat(Number(place[2]) - 1)}^` : "";
  return new UserError(`Athena: ${reason}${caret}${hint && `\n${hint}`}`);
}

const hints: readonly (readonly [RegExp, string])[] = [
  [
    /lake formation|insufficient permissions|not authorized|access denied/i,
    "Athena reads with your own permissions: in Lake Formation mode you need SELECT and DESCRIBE on the table, in IAM mode s3tables:GetTableData and glue:GetTable. See docs/runbook.md.",
  ],
  [
    /(table|schema|catalog).*(not found|does not exist)|TABLE_NOT_FOUND|SCHEMA_NOT_FOUND|CATALOG_NOT_FOUND/i,
    "Is it deployed in this Region, and is S3 Tables integrated there? npm run prerequisites tells.",
  ],
  [
    /output (location|bucket)/i,
    "The bucket for results must exist in the same Region and be writable for you: --output-location s3://BUCKET/PREFIX/.",
  ],
];

async function fetchResult(
  client: AthenaClient,
  { QueryExecutionId, Statistics, StatementType }: QueryExecution,
  call: (action: string) => { action: string; region: string },
  mostRows: number,
): Promise<AthenaAnswer> {
  const { GetQueryResultsCommand } = await import("@aws-sdk/client-athena");
  const rows: Cell[][] = [];
  let columns: QueryResult["columns"] = [];
  let token: string | undefined;
  let isFirstPage = true;
  do {
    const { ResultSet, NextToken } = await callAws(call("GetQueryResults"), () =>
      client.send(
        new GetQueryResultsCommand({ QueryExecutionId, NextToken: token, MaxResults: rowsPerPage }),
      ),
    );
    columns = columnsOf(ResultSet?.ResultSetMetadata);
    const page = (ResultSet?.Rows ?? []).map(({ Data = [] }) =>
      columns.map(({ type }, index) => toCell(Data[index]?.VarCharValue, type)),
    );
    // The first row of a SELECT repeats the columns' names; that of SHOW and DESCRIBE does not.
    rows.push(...(isFirstPage && StatementType === "DML" ? page.slice(1) : page));
    isFirstPage = false;
    token = NextToken;
  } while (token !== undefined && rows.length <= mostRows);
  const bytesScanned = Statistics?.DataScannedInBytes ?? 0;
  return {
    columns,
    rows: rows.slice(0, mostRows),
    truncated: rows.length > mostRows,
    elapsedMs: Statistics?.TotalExecutionTimeInMillis ?? 0,
    bytesScanned,
    usd: StatementType === "DML" ? scanCost(bytesScanned) : 0,
  };
}

/** https://aws.amazon.com/athena/pricing/: by the TB, each query at least 10 MB; statements other than queries are free. */
export function scanCost(bytesScanned: number): number {
  return (Math.max(bytesScanned, athenaLeastBytesPerQuery) / 1e12) * prices.athenaScan.usd;
}

function columnsOf(metadata: ResultSetMetadata | undefined): QueryResult["columns"] {
  return (metadata?.ColumnInfo ?? []).map(({ Name = "", Type = "varchar" }) => ({ name: Name, type: Type }));
}

/** Athena gives all values as text; the local engine gives numbers. A whole number beyond 2^53 stays text. */
function toCell(text: string | undefined, type: string): Cell {
  if (text === undefined) return null;
  if (type === "boolean") return text === "true";
  if (/^(tinyint|smallint|integer|bigint)$/.test(type)) {
    return Number.isSafeInteger(Number(text)) ? Number(text) : text;
  }
  if (/^(double|real|float)$/.test(type)) return Number.isFinite(Number(text)) ? Number(text) : text;
  return text;
}

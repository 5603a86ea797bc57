import { AwsStandIn, Failure, type Input } from "../support/aws-stand-in";
import { OperatorProject } from "../support/operator-command";

let aws: AwsStandIn;
let project: OperatorProject;

const queryId = "11111111-2222-3333-4444-555555555555";
const execution = (state: string, more: object = {}) => ({
  QueryExecution: {
    QueryExecutionId: queryId,
    StatementType: "DML",
    Status: { State: state },
    Statistics: { DataScannedInBytes: 123_456_789_012, TotalExecutionTimeInMillis: 1234 },
    ...more,
  },
});

/** Rows of a result, in pages; the first row of the first page has the columns' names, as Athena gives it. */
function result(columns: Readonly<Record<string, string>>, ...pages: (string | undefined)[][][]): void {
  const row = (cells: readonly (string | undefined)[]) => ({
    Data: cells.map((cell) => (cell === undefined ? {} : { VarCharValue: cell })),
  });
  const ResultSetMetadata = { ColumnInfo: Object.entries(columns).map(([Name, Type]) => ({ Name, Type })) };
  aws.on("athena:GetQueryResults", ({ NextToken }: Input) => {
    const page = Number(NextToken ?? 0);
    const rows = (pages[page] ?? []).map(row);
    return {
      ResultSet: { ResultSetMetadata, Rows: page === 0 ? [row(Object.keys(columns)), ...rows] : rows },
      ...(page + 1 < pages.length && { NextToken: String(page + 1) }),
    };
  });
}

const run = (...args: string[]) => project.run("query", ["--athena", ...args], aws.environment);

beforeEach(async () => {
  aws = await AwsStandIn.start();
  aws
    .on("athena:GetWorkGroup", {
      WorkGroup: {
        Name: "primary",
        Configuration: { ResultConfiguration: { OutputLocation: "s3://results/" } },
      },
    })
    .on("athena:StartQueryExecution", { QueryExecutionId: queryId })
    .on("athena:GetQueryExecution", execution("SUCCEEDED"));
  result(
    { location: "varchar", average_temperature: "double", readings: "bigint", warm: "boolean" },
    [
      ["warehouse-a", "24.5", "120000", "true"],
      ["office", "21.25", "9007199254740993", "false"],
    ],
    [["datacenter", undefined, "7", undefined]],
  );
  project = new OperatorProject().deployed("my-stream", "eu-west-1");
});

afterEach(async () => {
  await aws.close();
  project.remove();
});

it("answers a saved query by its name, from all pages, and says what it cost", async () => {
  aws.next("athena:GetQueryExecution", execution("QUEUED"), execution("RUNNING"));

  const { code, stdout, stderr } = await run("average-temperature-by-location");

  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatchSnapshot();
  const [start] = aws.inputs("athena:StartQueryExecution");
  expect(start).toMatchObject({
    QueryString: expect.stringContaining(
      'FROM "s3tablescatalog/my-stream"."my_stream"."my_stream"',
    ) as string,
    QueryExecutionContext: { Catalog: "s3tablescatalog/my-stream", Database: "my_stream" },
    WorkGroup: "primary",
  });
});

it("gives JSON as in local mode, and the cost beside it", async () => {
  const { stdout, stderr } = await run("SELECT 1", "--json");

  expect(JSON.parse(stdout)).toMatchSnapshot();
  expect(stderr).toBe("Athena scanned 123.5 GB: $0.62 at the list price of us-east-1\n");
});

it("fails with Athena's reason and the place in the query", async () => {
  const reason = "COLUMN_NOT_FOUND: line 2:8: Column 'temprature' cannot be resolved";
  const query = "/* warm */\nSELECT temprature FROM my_stream";
  aws.on(
    "athena:GetQueryExecution",
    execution("FAILED", { Query: query, Status: { State: "FAILED", StateChangeReason: reason } }),
  );

  const { code, stderr } = await run(query);

  expect(code).toBe(1);
  expect(stderr).toMatchSnapshot();
});

it("asks for a place for results only where the workgroup has none", async () => {
  aws.on("athena:GetWorkGroup", { WorkGroup: { Name: "team", Configuration: {} } });

  const without = await run("SELECT 1", "--workgroup", "team");
  const given = await run("SELECT 1", "--workgroup", "team", "--output-location", "s3://my-results/");
  aws.on("athena:GetWorkGroup", {
    WorkGroup: { Name: "team", Configuration: { ManagedQueryResultsConfiguration: { Enabled: true } } },
  });
  const managed = await run("SELECT 1", "--workgroup", "team");

  expect(without.code).toBe(1);
  expect(without.stderr).toMatchSnapshot();
  expect([given.code, managed.code]).toEqual([0, 0]);
});

it("stops the query in Athena too when it is interrupted", async () => {
  const child = project.start("query", ["--athena", "SELECT 1"], aws.environment);
  aws
    .on("athena:GetQueryExecution", () => {
      child.process.kill("SIGINT");
      return execution("RUNNING");
    })
    .on("athena:StopQueryExecution", {});

  const { code, stderr } = await child.done;

  expect({ code, stderr }).toEqual({ code: 1, stderr: "Stopped, in Athena too.\n" });
  expect(aws.inputs("athena:StopQueryExecution")).toEqual([{ QueryExecutionId: queryId }]);
});

it.each([
  ["a statement that writes", ["DROP TABLE my_stream"], 1, /read-only.*received DROP/],
  ["a time of the local table", ["SELECT 1", "--as-of", "2026-01-01"], 2, /FOR TIMESTAMP AS OF/],
  ["a query that there is not", ["no-such"], 1, /There is no query "no-such"/],
])("rejects %s, before it calls anybody", async (_, args, code, message) => {
  const rejected = await run(...args);

  expect(rejected.code).toBe(code);
  expect(rejected.stderr).toMatch(message);
  expect(aws.calls).toEqual([]);
});

it("fails with one line where Athena is denied", async () => {
  aws.on("athena:StartQueryExecution", new Failure("AccessDeniedException", "not authorized"));

  const { code, stderr } = await run("SELECT 1");

  expect(code).toBe(1);
  expect(stderr).toMatchSnapshot();
});

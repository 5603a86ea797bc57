import { AwsStandIn, Failure, type Input } from "../support/aws-stand-in";
import { errorKey, failedLine } from "../support/failed-records";
import { OperatorProject } from "../support/operator-command";
import { S3Bucket } from "../support/s3-calls";

let aws: AwsStandIn;
let bucket: S3Bucket;
let project: OperatorProject;

/** CloudWatch's answer: one sum for each metric that has data, in two pages. */
function metrics(sums: Readonly<Record<string, number>>): void {
  aws.on("cloudwatch:GetMetricData", ({ MetricDataQueries, NextToken }: Input) => {
    const [first, ...rest] = (MetricDataQueries as { Id: string }[]).map(({ Id }) => ({
      Id,
      Values: Id in sums ? [sums[Id]! - 1, 1] : [],
    }));
    return NextToken ? { MetricDataResults: rest } : { MetricDataResults: [first], NextToken: "more" };
  });
}

/** Athena's answer to the count. */
function tableHolds(rows: number, newestSeconds: number): void {
  aws
    .on("athena:GetWorkGroup", {
      WorkGroup: {
        Name: "primary",
        Configuration: { ResultConfiguration: { OutputLocation: "s3://results/" } },
      },
    })
    .on("athena:StartQueryExecution", { QueryExecutionId: "query-1" })
    .on("athena:GetQueryExecution", {
      QueryExecution: { QueryExecutionId: "query-1", StatementType: "DML", Status: { State: "SUCCEEDED" } },
    })
    .on("athena:GetQueryResults", {
      ResultSet: {
        ResultSetMetadata: {
          ColumnInfo: [
            { Name: "row_count", Type: "bigint" },
            { Name: "newest", Type: "bigint" },
          ],
        },
        Rows: [
          { Data: [{ VarCharValue: "row_count" }, { VarCharValue: "newest" }] },
          { Data: [{ VarCharValue: String(rows) }, { VarCharValue: String(newestSeconds) }] },
        ],
      },
    });
}

const run = (...args: string[]) => project.run("verify", args, aws.environment);
const nowSeconds = () => Math.floor(Date.now() / 1000);
/** The newest row's time changes with each run. */
const withoutTimes = (text: string) => text.replace(/newest \S+ \d+ s ago/, "newest TIME");
const healthy = { invocations: 14, errors: 0, incomingRecords: 140_000, deliveredRows: 120_000 };

beforeEach(async () => {
  aws = await AwsStandIn.start();
  bucket = new S3Bucket("my-stream-errors");
  bucket.serve(aws);
  aws.on("firehose:DescribeDeliveryStream", {
    DeliveryStreamDescription: { DeliveryStreamStatus: "ACTIVE" },
  });
  metrics(healthy);
  tableHolds(120_000, nowSeconds() - 90);
  project = new OperatorProject().deployed("my-stream", "eu-west-1");
});

afterEach(async () => {
  await aws.close();
  project.remove();
});

it("says that the data arrives, and has changed nothing", async () => {
  const { code, stdout, stderr } = await run();

  expect(code).toBe(0);
  expect({ stdout: withoutTimes(stdout), stderr }).toMatchSnapshot();
  expect(aws.operations).toMatchSnapshot();
  expect(aws.inputs("athena:StartQueryExecution")).toMatchObject([
    {
      QueryString: `SELECT count(*) AS row_count, max("timestamp") AS newest FROM "s3tablescatalog/my-stream"."my_stream"."my_stream"`,
      QueryExecutionContext: { Catalog: "s3tablescatalog/my-stream", Database: "my_stream" },
    },
  ]);
});

it("says what it waits for, just after a deploy", async () => {
  metrics({ invocations: 1, errors: 0, incomingRecords: 10_000 });

  const { code, stdout } = await run("--once");

  expect(code).toBe(1);
  expect(stdout).toMatchSnapshot();
  expect(aws.operations).not.toContain("athena:StartQueryExecution");
});

it("fails on refused rows and failed records, and says where to look", async () => {
  metrics({ ...healthy, failedRows: 7 });
  bucket.put(errorKey("2026/03/04/05", "one"), failedLine({ data: "{}" }));

  const { code, stdout } = await run("--json");

  expect(code).toBe(1);
  const { works, stages } = JSON.parse(withoutTimes(stdout));
  expect({ works, stages }).toMatchSnapshot();
});

it("fails where Athena may not read the table, with Athena's reason", async () => {
  aws.on("athena:GetQueryExecution", {
    QueryExecution: {
      QueryExecutionId: "query-1",
      Status: { State: "FAILED", StateChangeReason: "Insufficient permissions to execute the query." },
    },
  });

  const { code, stdout } = await run();

  expect(code).toBe(1);
  expect(stdout).toMatchSnapshot();
});

it("asks for a place for results where the workgroup has none", async () => {
  aws.on("athena:GetWorkGroup", { WorkGroup: { Name: "primary", Configuration: {} } });

  const without = await run();
  const withPlace = await run("--output-location", "s3://my-results/verify/");

  expect(without.code).toBe(1);
  expect(without.stdout).toContain("--output-location s3://BUCKET/PREFIX/");
  expect(withPlace.code).toBe(0);
  expect(aws.inputs("athena:StartQueryExecution")).toMatchObject([
    { ResultConfiguration: { OutputLocation: "s3://my-results/verify/" } },
  ]);
});

it("is patient while AWS throttles", async () => {
  const throttled = new Failure("ThrottlingException", "Rate exceeded");
  aws.next("cloudwatch:GetMetricData", throttled, throttled);

  const { code } = await run();

  expect(code).toBe(0);
});

it.each([
  [
    "a stack that is not deployed",
    "firehose:DescribeDeliveryStream",
    new Failure("ResourceNotFoundException", "Firehose my-stream not found"),
  ],
  ["throttling without end", "cloudwatch:GetMetricData", new Failure("ThrottlingException", "Rate exceeded")],
])("fails with one line on %s", async (_, operation, failure) => {
  aws.on(operation, failure);

  const { code, stderr } = await run("--once");

  expect(code).toBe(1);
  expect(stderr).toMatchSnapshot();
});

import { gzipSync } from "node:zlib";
import { AwsStandIn, dropConnection, Failure, type Input } from "../support/aws-stand-in";
import { errorKey, failedLine, numberedReading } from "../support/failed-records";
import { OperatorProject } from "../support/operator-command";
import { S3Bucket } from "../support/s3-calls";

let aws: AwsStandIn;
let bucket: S3Bucket;
let project: OperatorProject;
/** What the stream took, in order. */
let taken: string[];

const run = (...args: string[]) => project.run("errors", args, aws.environment);

function dataOf({ Records }: Input): string[] {
  return (Records as { Data: string }[]).map(({ Data }) => Buffer.from(Data, "base64").toString());
}

function accept(input: Input) {
  const records = dataOf(input);
  taken.push(...records);
  return { FailedPutCount: 0, RequestResponses: records.map(() => ({ RecordId: "1" })) };
}

/** Objects of failed readings, numbered through. */
function fill(objects: number, recordsPerObject: number): string[] {
  const readings: string[] = [];
  for (let object = 0; object < objects; object += 1) {
    const own = Array.from({ length: recordsPerObject }, (_, n) => numberedReading(readings.length + n));
    readings.push(...own);
    const id = String(object).padStart(4, "0");
    bucket.put(errorKey("2026/03/04/05", id), own.map((data) => failedLine({ data })).join(""));
  }
  return readings;
}

beforeEach(async () => {
  aws = await AwsStandIn.start();
  bucket = new S3Bucket("my-stream-errors", 3);
  bucket.serve(aws);
  taken = [];
  aws.on("firehose:PutRecordBatch", accept);
  project = new OperatorProject().deployed("my-stream", "eu-west-1");
});

afterEach(async () => {
  await aws.close();
  project.remove();
});

describe("listing", () => {
  beforeEach(() => {
    fill(4, 2);
    const accessDenied = { errorCode: "Glue.AccessDenied", errorMessage: "Role may not\nglue:GetTable" };
    bucket.put(
      errorKey("2026/03/04/06", "plain"),
      [
        failedLine({ data: "\u001b[31mnot JSON\u202e\n", ...accessDenied, subErrors: ["new field"] }),
        "this line is damaged\n",
        failedLine({ data: Buffer.from([0xff, 0xfe, 0x00]), ...accessDenied }).trimEnd(),
      ].join(""),
    );
    const zipped = gzipSync(failedLine({ data: numberedReading(99), errorCode: "Iceberg.NoSuchTable" }));
    bucket.put(errorKey("2026/03/05/00", "zipped"), zipped);
    bucket.put("archive/errors/iceberg-failed/2026/01/01/00/done", failedLine({ data: "archived" }));
  });

  it("groups by code and hour, over pages of objects, plain or gzip", async () => {
    const { code, stdout, stderr } = await run();

    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatchSnapshot();
    expect(aws.inputs("s3:ListObjectsV2")).toHaveLength(2);
    expect(aws.operations).toEqual(["s3:GetObject", "s3:ListObjectsV2"]);
  });

  it("shows one record whole, fields that it does not know included", async () => {
    const { stdout } = await run("--show", "9");

    expect(stdout).toMatchSnapshot();
  });

  it("gives JSON, filtered by code and hour", async () => {
    const { stdout } = await run("--json", "--code", "Glue.AccessDenied", "--since", "2026-03-04T06:30Z");

    expect(JSON.parse(stdout)).toMatchSnapshot();
  });

  it("rejects a number beyond the last record", async () => {
    const { code, stderr } = await run("--show", "12");

    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: "There are fewer than 12 failed records in s3://my-stream-errors/errors/.\n",
    });
  });
});

it("says so when everything was delivered", async () => {
  const { code, stdout } = await run();

  expect({ code, stdout }).toMatchSnapshot();
});

it.each([
  ["access denied", new Failure("AccessDenied", "User: x is not authorized", 403)],
  ["a bucket of another Region", new Failure("PermanentRedirect", "use the right endpoint", 301)],
])("fails with one line on %s", async (_, failure) => {
  aws.on("s3:ListObjectsV2", failure);

  const { code, stdout, stderr } = await run();

  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatchSnapshot();
});

describe("--replay", () => {
  it("sends everything once, mended, and moves what is settled to the archive", async () => {
    fill(2, 700);
    project.write(
      "mend.ts",
      `import type { Buffer } from "node:buffer";
       export default ({ text }: { text: string; data: Buffer }) =>
         text.includes("000007") ? null : { ...JSON.parse(text), pressure: 1013 };`,
    );
    aws.next("firehose:PutRecordBatch", new Failure("ServiceUnavailableException", "Slow down.", 503));

    const first = await run("--replay", "--map", "mend.ts", "--archive");
    const second = await run("--replay", "--map", "mend.ts", "--archive");

    expect(first.stdout.replace(/Ledger: .*/, "Ledger: FILE")).toMatchSnapshot();
    expect([first.code, second.code]).toEqual([0, 0]);
    expect(taken).toHaveLength(1399);
    expect(taken[0]).toBe(
      '{"sensor_id":"sensor-000000","timestamp":1772600000,"location":"office","temperature":21.50,"humidity":50.50,"pressure":1013.00}\n',
    );
    expect(bucket.keys).toEqual(["0000", "0001"].map((id) => `archive/${errorKey("2026/03/04/05", id)}`));
  });

  it("loses and doubles none of ten thousand records when it is stopped half-way and started again", async () => {
    const readings = fill(20, 500);
    const child = project.start("errors", ["--replay", "--json"], aws.environment);
    aws.on("firehose:PutRecordBatch", (input: Input) => {
      if (taken.length === 5000) child.process.kill("SIGINT");
      return accept(input);
    });

    const stopped = await child.done;
    const sentBefore = taken.length;
    const resumed = await run("--replay", "--json");

    expect(stopped.code).toBe(1);
    expect(sentBefore).toBeGreaterThanOrEqual(5000);
    expect(sentBefore).toBeLessThan(10_000);
    expect(resumed.code).toBe(0);
    expect(JSON.parse(resumed.stdout)).toMatchObject({
      counts: { read: 10_000, before: sentBefore, sent: 10_000 - sentBefore, inDoubt: 0, left: 0 },
    });
    expect(taken).toEqual(readings);
  });

  it.each([
    ["took", true, "done"],
    ["did not take", false, "resend"],
  ])(
    "holds back the call that Firehose %s when it is killed amid it, until told",
    async (_, takes, answer) => {
      const readings = fill(20, 500);
      const child = project.start("errors", ["--replay"], aws.environment);
      let calls = 0;
      aws.on("firehose:PutRecordBatch", (input: Input) => {
        calls += 1;
        if (calls !== 10) return accept(input);
        child.process.kill("SIGKILL");
        if (takes) accept(input);
        return dropConnection;
      });
      await child.done;

      const held = await run("--replay", "--json");
      const settled = await run("--replay", "--json", "--in-doubt", answer);

      expect(JSON.parse(held.stdout)).toMatchObject({
        counts: { read: 10_000, before: 4500, sent: 5000, inDoubt: 500 },
      });
      expect([held.code, settled.code]).toEqual([1, 0]);
      expect([...taken].sort()).toEqual(readings);
    },
  );

  it("sends only what Firehose refused once more, and tells what failed again later", async () => {
    fill(1, 4);
    aws.next("firehose:PutRecordBatch", {
      FailedPutCount: 1,
      RequestResponses: [
        { RecordId: "1" },
        { ErrorCode: "InternalFailure" },
        { RecordId: "3" },
        { RecordId: "4" },
      ],
    });

    await run("--replay");
    const data = numberedReading(1);
    bucket.put(errorKey("2026/03/04/09", "again"), failedLine({ data, arrivalTimestamp: Date.now() + 1000 }));
    const second = await run("--replay");

    expect(taken).toEqual([numberedReading(1)]);
    expect(second.code).toBe(1);
    expect(second.stdout.replace(/Ledger: .*/, "Ledger: FILE")).toMatchSnapshot();
  });

  it("fails at once where it may not put records, and has lost nothing", async () => {
    fill(1, 3);
    aws.next("firehose:PutRecordBatch", new Failure("AccessDeniedException", "not authorized", 403));

    const refused = await run("--replay");
    const resumed = await run("--replay");

    expect([refused.code, resumed.code]).toEqual([1, 0]);
    expect(refused.stdout.replace(/Ledger: .*/, "Ledger: FILE")).toMatchSnapshot();
    expect(taken).toHaveLength(3);
  });

  it.each([
    ["--map without --replay", ["--map", "mend.ts"], 2, "--map goes with --replay."],
    [
      "a map that is not there",
      ["--replay", "--map", "nothing.ts"],
      1,
      /--map: there is no file .*nothing\.ts/,
    ],
    [
      "an unknown way with doubtful records",
      ["--replay", "--in-doubt", "guess"],
      2,
      /Allowed choices are hold/,
    ],
  ])("rejects %s", async (_, args, code, message) => {
    const result = await run(...args);

    expect(result.code).toBe(code);
    expect(result.stderr).toMatch(message);
    expect(aws.calls).toEqual([]);
  });
});

it("reads the error folder of the local pipeline with --local", async () => {
  const key = errorKey("2026/01/01/00", "local");
  project.write(`.local/my-stream-errors/${key}`, failedLine({ data: "{}" }));

  const { code, stdout } = await run("--local", "--json");

  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    records: 1,
    groups: [{ hour: "2026-01-01T00", example: { object: key } }],
  });
  expect(aws.calls).toEqual([]);
});

it("mends failed records of the local pipeline and sends them through its Firehose into its table", async () => {
  const failed = Array.from({ length: 30 }, (_, n) => failedLine({ data: numberedReading(n) }));
  project
    .write(`.local/my-stream-errors/${errorKey("2026/01/01/00", "local")}`, failed.join(""))
    .write("mend.mjs", "export default ({ text }) => ({ ...JSON.parse(text), pressure: 1013.25 });");
  const serving = ["--port", "0", "--no-generator", "--stack-name", "my-stream"];
  const server = project.start("serve", serving);
  const url = await new Promise<string>((resolve, reject) => {
    let output = "";
    server.process.stdout?.on("data", (text: Buffer) => {
      output += text.toString();
      const [found] = /http:\/\/127\.0\.0\.1:\d+/.exec(output) ?? [];
      if (found) resolve(found);
    });
    void server.done.then(({ stderr }) => {
      reject(new Error(stderr));
    });
  });

  const replayed = await project.run(
    "errors",
    ["--local", "--replay", "--map", "mend.mjs", "--archive", "--json"],
    {
      AWS_ENDPOINT_URL_FIREHOSE: url,
    },
  );
  server.process.kill("SIGINT");
  await server.done;
  const counted = await project.run("query", [
    "SELECT count(DISTINCT sensor_id), min(pressure), max(pressure) FROM my_stream",
    "--stack-name=my-stream",
    "--json",
  ]);
  const left = await project.run("errors", ["--local"]);

  expect(JSON.parse(replayed.stdout)).toMatchObject({
    counts: { read: 30, sent: 30 },
    archived: [expect.any(String)],
  });
  expect(JSON.parse(counted.stdout)).toMatchObject({ rows: [[30, 1013.25, 1013.25]] });
  expect(left.stdout).toMatch(/everything was delivered/);
});

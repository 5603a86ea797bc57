import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unzipSync } from "fflate";
import { bundleFunction, bundleFunctionAhead } from "../../functions/bundle-function";
import { generatorEnvironment } from "../../pipeline/generator-environment";
import { FirehoseServer } from "../support/firehose-server";
import { dataGeneratorDirectory, FunctionProcess } from "../support/function-process";

const project = join(__dirname, "../..");
const bundle = bundleFunction(dataGeneratorDirectory);
const source = () => Buffer.from(unzipSync(bundle.zip)["index.js"]!).toString();

describe("the data generator's zip", () => {
  it("holds index.js alone", () => {
    expect(Object.keys(unzipSync(bundle.zip))).toEqual(["index.js"]);
    expect(bundle.handler).toBe("index.handler");
  });

  it("has the hash that Lambda reports", () => {
    expect(bundle.sha256).toBe(createHash("sha256").update(bundle.zip).digest("base64"));
  });

  it.each([
    ["here and now", bundleFunction],
    [
      "ahead",
      async (directory: string) => {
        await bundleFunctionAhead(directory);
        return bundleFunction(directory);
      },
    ],
  ])("is the same, byte for byte, from another folder, made %s", async (_when, make) => {
    const elsewhere = mkdtempSync(join(tmpdir(), "elsewhere-"));
    for (const folder of ["functions", "pipeline"]) {
      mkdirSync(join(elsewhere, folder));
      cpSync(join(project, folder), join(elsewhere, folder), { recursive: true });
    }
    symlinkSync(join(project, "node_modules"), join(elsewhere, "node_modules"), "dir");

    const { sha256 } = await make(join(elsewhere, "functions/data-generator"));
    rmSync(elsewhere, { recursive: true });

    expect(sha256).toBe(bundle.sha256);
  });

  it("names no folder of this machine", () => {
    expect(source()).not.toContain(project);
    expect(source()).not.toContain("node_modules");
  });

  it("fails for a folder without a handler", () => {
    expect(() => bundleFunction(tmpdir())).toThrow("handler.ts");
  });

  it("fails ahead for a folder without a handler, and changes nothing in the environment", async () => {
    const environment = { ...process.env };

    await expect(bundleFunctionAhead(tmpdir())).rejects.toThrow("handler.ts");

    expect(process.env).toEqual(environment);
  });
});

describe("the zip in a bare process", () => {
  const startMillis = 1_767_225_600_000;
  let server: FirehoseServer;
  let process: FunctionProcess | undefined;
  beforeEach(async () => {
    server = await FirehoseServer.start();
  });
  afterEach(async () => {
    await process?.stop();
    await server.close();
  });

  const load = async (environment: Record<string, string>) => {
    const [started, loaded] = await FunctionProcess.start({
      zip: bundle.zip,
      environment,
      startMillis,
      time: "virtual",
    });
    process = started;
    return { started, loaded };
  };
  const lambda = () => ({
    ...generatorEnvironment({ recordsPerSecond: 200, runSeconds: 50, seed: 1 }, "stream"),
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_ENDPOINT_URL_FIREHOSE: server.endpoint,
  });

  it("sends its 10,000 records in exactly 50 seconds of the clock that was there first", async () => {
    const { started } = await load(lambda());

    const { answer, tookMillis } = await started.invoke(60_000);

    expect(answer).toEqual({
      statusCode: 200,
      body: "Sent 10000 records from 10 sensors",
      records: 10_000,
      batches: 50,
      retried: 0,
      undelivered: 0,
    });
    expect(tookMillis).toBe(50_000);
    expect(server.accepted).toHaveLength(10_000);
    expect(started.stderr).toBe("");
  });

  it("can be invoked again", async () => {
    const { started } = await load(lambda());

    await started.invoke(60_000);
    const { answer } = await started.invoke(60_000);

    expect(answer).toMatchObject({ records: 10_000 });
    expect(server.accepted).toHaveLength(20_000);
  });

  it("logs JSON lines and nothing else", async () => {
    const { started } = await load(lambda());

    await started.invoke(60_000);
    const lines = started.stdout.trimEnd().split("\n");

    expect(lines.map((line) => (JSON.parse(line) as { message: string }).message)).toEqual([
      "run started",
      "run ended",
    ]);
  });

  it("fails with Firehose's error", async () => {
    server.willReply({ kind: "error", status: 400, type: "ResourceNotFoundException" });
    const { started } = await load(lambda());

    const { error } = await started.invoke(60_000);

    expect(error?.name).toBe("ResourceNotFoundException");
  });

  it("fails to load with everything that is wrong with its environment", async () => {
    const { loaded } = await load({ RUN_SECONDS: "soon" });

    expect(loaded.error).toEqual({
      name: "InvalidConfigurationError",
      message: expect.stringMatching(/STREAM_NAME .*RUN_SECONDS/),
    });
  });
});

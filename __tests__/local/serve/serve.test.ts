import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { openTable } from "../../../local/query/open-table";
import { QuerySession } from "../../../local/query/query-session";
import { warehouse as warehouseOf } from "../../../local/warehouse";
import { pipelineNames } from "../../../pipeline/names";
import { settings } from "../../../pipeline/settings";
import { rawRequest } from "../../support/raw-request";
import { ServeProcess } from "./serve-process";

const names = pipelineNames("firehosetos3demo");
const run = promisify(execFile);
const processes: ServeProcess[] = [];
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "serve-test-"));
});

afterEach(async () => {
  for (const one of processes.splice(0)) await one.end("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

function serve(...args: readonly string[]): ServeProcess {
  const started = new ServeProcess(["--port", "0", "--warehouse", folder, ...args]);
  processes.push(started);
  return started;
}

async function put(url: string, sensorId: string, headers: Record<string, string> = {}): Promise<number> {
  const Data = Buffer.from(JSON.stringify({ sensor_id: sensorId })).toString("base64");
  const text = JSON.stringify({ DeliveryStreamName: names.deliveryStream, Record: { Data } });
  const body = headers["Content-Encoding"] === "gzip" ? gzipSync(text) : text;
  const { status } = await rawRequest(url, {
    method: "POST",
    headers: {
      "Content-Type": "application/x-amz-json-1.1",
      "X-Amz-Target": "Firehose_20150804.PutRecord",
      ...headers,
    },
    body,
  });
  return status;
}

/** Read from the disk by a session that knows nothing of the server. */
async function sensorsInTable(): Promise<unknown[]> {
  const session = await QuerySession.open(names, await openTable(warehouseOf(folder, names).tableLocation));
  try {
    const { rows } = await session.run(`SELECT sensor_id FROM ${names.athenaTable} ORDER BY sensor_id`);
    return rows.flat();
  } finally {
    session.close();
  }
}

describe("serving", () => {
  it("runs the data generator at once, and follows it on the page", async () => {
    const server = serve("--buffer-seconds", "1");
    const url = await server.url();

    await server.saying(/delivered \d+ rows/);

    const { body } = await rawRequest(url, { path: "/api/metrics?range=900" });
    expect(body).toContain("DeliveryToIceberg.SuccessfulRowCount");
    expect(await server.end()).toBe(0);
  });

  it("delivers what is buffered at Ctrl-C, and says what it wrote", async () => {
    const server = serve("--no-generator");
    const url = await server.url();
    await put(url, "one");
    await put(url, "two");

    expect(await server.end("SIGINT")).toBe(0);

    expect(server.output).toContain("2 records acknowledged.\n2 rows written to");
    expect(server.output).toContain("in 1 delivery.");
    expect(await sensorsInTable()).toEqual(["one", "two"]);
  });

  it("keeps what cannot be delivered, says so, and delivers it at the next start", async () => {
    const failing = serve("--no-generator", "--faults", "commit=1");
    await put(await failing.url(), "kept");
    expect(await failing.end("SIGTERM")).toBe(0);
    expect(failing.output).toContain("1 records are still in");

    const next = serve("--no-generator");
    await next.url();
    await next.saying(/delivered 1 row/);
    expect(await next.end()).toBe(0);
    expect(await sensorsInTable()).toEqual(["kept"]);
  });

  it("stops at once at a second Ctrl-C, and loses nothing", async () => {
    const impatient = serve("--no-generator", "--faults", "commit=1");
    await put(await impatient.url(), "kept");
    void impatient.end("SIGINT");
    await impatient.saying(/Stopping/);
    expect(await impatient.end("SIGINT")).toBe(130);

    const next = serve("--no-generator");
    await next.saying(/delivered 1 row/);
    await next.end();
    expect(await sensorsInTable()).toEqual(["kept"]);
  });

  it("loses nothing that it acknowledged to kill -9, and the next one may start", async () => {
    const killed = serve("--no-generator");
    await put(await killed.url(), "survivor");
    await killed.end("SIGKILL");

    const next = serve("--no-generator");
    await next.url();
    await next.saying(/delivered 1 row/);
    await next.end();
    expect(await sensorsInTable()).toEqual(["survivor"]);
  });

  it("rejects a second server for the same warehouse, and names the first", async () => {
    const first = serve("--no-generator");
    const url = await first.url();

    const second = serve("--no-generator");

    expect(await second.ended()).toBe(1);
    expect(second.output).toContain(`${folder} is in use by process`);
    expect(second.output).toContain(`at ${url}`);
    expect(second.output).not.toContain("    at ");
  });

  it("rejects a port that another program has, and names it", async () => {
    const other = createServer((_request, response) => response.end("hello"));
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as AddressInfo;

    const server = serve("--no-generator", "--port", String(port));

    expect(await server.ended()).toBe(1);
    expect(server.output).toContain(`Port ${port} is in use by `);
    expect(server.output).toContain("--port 0");
    if (process.platform === "linux") expect(server.output).toContain(`(process ${process.pid})`);
    other.close();
  });

  it("rejects a port that another pipeline has, and names that", async () => {
    const port = new URL(await serve("--no-generator").url()).port;
    const second = serve("--no-generator", "--port", port, "--warehouse", join(folder, "other"));
    expect(await second.ended()).toBe(1);
    expect(second.output).toContain(`another local pipeline: stack firehosetos3demo in ${folder}`);
  });

  it.each([
    [["--port", "70000"], "--port"],
    [["--buffer-seconds", "901"], "900"],
    [["--buffer-mib", "0"], "128"],
    [["--retry-seconds", "7201"], "7,200"],
    [["--faults", "fire=1"], "faults"],
    [["--stack-name", "A"], "stack_name"],
    [["--unknown"], "--unknown"],
  ])("rejects %j as wrong usage", async (args, named) => {
    const server = serve(...args);
    expect(await server.ended()).toBe(2);
    expect(server.output).toContain(named);
  });
});

describe("clients", () => {
  let server: ServeProcess;
  let url: string;

  beforeEach(async () => {
    server = serve("--no-generator");
    url = await server.url();
  });

  /** What the server prints for a kind of client, run as a user would who pastes it. */
  async function paste(heading: RegExp, change = (line: string) => line): Promise<void> {
    const exports = server.output.match(/^ +export .*$/gm) ?? [];
    const [, line = ""] = await server.saying(new RegExp(`${heading.source}[^\n]*:\n(.*)\n`));
    await run("sh", ["-c", [...exports, change(line)].join("\n")], {
      env: { PATH: process.env.PATH, HOME: folder, NODE_NO_WARNINGS: "1" },
    });
  }

  const isInstalled = (command: string, ...args: readonly string[]) => spawnSync(command, args).status === 0;
  const itIf = (condition: boolean, reason: string) => {
    if (!condition) console.log(`Skipped: ${reason}.`);
    return condition ? it : it.skip;
  };

  it("take the AWS SDK for JavaScript as printed", async () => {
    await paste(/AWS SDK for JavaScript/);
    await server.end();
    expect(await sensorsInTable()).toEqual(["my-sensor"]);
  });

  itIf(isInstalled("aws", "--version"), "the AWS CLI is not installed")(
    "take the AWS CLI as printed",
    async () => {
      const { stdout } = await run("aws", ["--version"]);
      const isVersion1 = stdout.startsWith("aws-cli/1.");
      await paste(/AWS CLI 2/, (line) =>
        isVersion1 ? line.replace("--cli-binary-format raw-in-base64-out", "") : line,
      );
      await server.end();
      expect(await sensorsInTable()).toEqual(["my-sensor"]);
    },
  );

  itIf(isInstalled("python3", "-c", "import boto3"), "boto3 is not installed")(
    "take boto3 as printed",
    async () => {
      await paste(/boto3/);
      await server.end();
      expect(await sensorsInTable()).toEqual(["my-sensor"]);
    },
  );

  it("may be unsigned, chunked, compressed, and close their connection or not", async () => {
    const statuses = [
      await put(url, "unsigned"),
      await put(url, "chunked", { "Transfer-Encoding": "chunked" }),
      await put(url, "gzip", { "Content-Encoding": "gzip" }),
      await put(url, "kept-alive", { Connection: "keep-alive" }),
      await put(url, "closed", { Connection: "close" }),
    ];
    await server.end();
    expect(statuses).toEqual([200, 200, 200, 200, 200]);
    expect(await sensorsInTable()).toEqual(["chunked", "closed", "gzip", "kept-alive", "unsigned"]);
  });

  it("see what the deployed stream would say of itself", async () => {
    const { body } = await rawRequest(url, {
      method: "POST",
      headers: {
        "Content-Type": "application/x-amz-json-1.1",
        "X-Amz-Target": "Firehose_20150804.DescribeDeliveryStream",
      },
      body: JSON.stringify({ DeliveryStreamName: names.deliveryStream }),
    });
    expect(body).toContain(`"IntervalInSeconds":${settings.deliveryStream.bufferingIntervalSeconds}`);
  });
});

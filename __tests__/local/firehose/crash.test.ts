import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { Agent, request } from "node:http";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { warehouse } from "../../../local/warehouse";
import { IcebergTable } from "../../../local/iceberg/table";
import { failedRecords, names, removeTemporaryFolders, temporaryFolder } from "./stream-fixture";
import { tableRows } from "./table-rows";

const rounds = 10;
const connections = 3;
const recordsPerCall = 20;

afterAll(removeTemporaryFolders);

/** The child as one file, which starts five times faster than TypeScript. */
function bundleChild(folder: string): string {
  const outfile = join(folder, "crash-child.js");
  buildSync({
    entryPoints: [join(__dirname, "crash-child.ts")],
    outfile,
    bundle: true,
    platform: "node",
    target: "node20",
    packages: "external",
    supported: { "dynamic-import": false },
    logLevel: "silent",
  });
  return outfile;
}

interface ChildState {
  readonly state: "recovering" | "listening" | "flushed";
  readonly port?: number;
}

async function stateOf(child: ChildProcess, wanted: ChildState["state"]): Promise<ChildState> {
  for (;;) {
    const [message] = (await once(child, "message")) as [ChildState];
    if (message.state === wanted) return message;
  }
}

/** Every third call has a record that is refused. */
function callOf(first: number): string {
  const Records = Array.from({ length: recordsPerCall }, (_, index) => {
    const n = first + index;
    const text = index === 7 && first % 3 === 0 ? `bad ${n}` : `{"timestamp":${n},"sensor_id":"sensor"}\n`;
    return { Data: Buffer.from(text).toString("base64") };
  });
  return JSON.stringify({ DeliveryStreamName: names.deliveryStream, Records });
}

/** Resolves with whether the call was acknowledged; a connection that dies is an answer, too. */
function put(agent: Agent, port: number, body: string, onSent: () => void): Promise<boolean> {
  return new Promise((resolve) => {
    const headers = { "x-amz-target": "Firehose_20150804.PutRecordBatch", "content-length": body.length };
    const call = request({ agent, port, host: "127.0.0.1", method: "POST", headers }, (response) => {
      let text = "";
      response.on("data", (chunk) => (text += String(chunk)));
      response.on("error", () => {
        resolve(false);
      });
      response.on("close", () => {
        resolve(response.statusCode === 200 && text.endsWith("]}"));
      });
    });
    call.on("error", () => {
      resolve(false);
    });
    call.end(body, onSent);
  });
}

it("delivers exactly once what was acknowledged, whenever its process is killed", async () => {
  const folder = temporaryFolder();
  const places = warehouse(folder, names);
  const program = bundleChild(folder);
  const environment = { ...process.env, NODE_PATH: join(__dirname, "../../../node_modules") };
  const start = () => fork(program, [folder], { env: environment, execArgv: [] });
  const sent = new Set<number>();
  const acknowledged = new Set<number>();
  let next = 1;

  async function sendUntilKilled(child: ChildProcess, port: number, killAfter: number): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: connections });
    let calls = 0;
    const sender = async () => {
      while (!child.killed) {
        const first = next;
        next += recordsPerCall;
        const numbers = Array.from({ length: recordsPerCall }, (_, index) => first + index);
        for (const n of numbers) sent.add(n);
        const isAcknowledged = await put(agent, port, callOf(first), () => {
          if (++calls >= killAfter) child.kill("SIGKILL");
        });
        if (isAcknowledged) for (const n of numbers) acknowledged.add(n);
      }
    };
    await Promise.all(Array.from({ length: connections }, sender));
    agent.destroy();
  }

  for (let round = 0; round < rounds; round++) {
    const child = start();
    const exited = once(child, "exit");
    if (round % 5 === 4) {
      await stateOf(child, "recovering");
      child.kill("SIGKILL");
    } else {
      const { port } = await stateOf(child, "listening");
      await sendUntilKilled(child, port!, 1 + Math.floor(Math.random() * 60));
    }
    await exited;
  }
  const last = start();
  await stateOf(last, "listening");
  last.send("flush");
  await stateOf(last, "flushed");
  last.disconnect();
  await once(last, "exit");

  const table = await IcebergTable.open(places.tableLocation);
  const rows = (await tableRows(table)).map(({ timestamp }) => Number(timestamp));
  const failed = failedRecords(places.errorBucket).map((text) => Number(text.replace("bad ", "")));
  const seen = [...rows, ...failed];
  const distinct = new Set(seen);
  expect(seen).toHaveLength(distinct.size);
  expect([...acknowledged].filter((n) => !distinct.has(n))).toEqual([]);
  expect(seen.filter((n) => !sent.has(n))).toEqual([]);
  expect([acknowledged.size > 200, failed.length > 0, table.snapshots().length > 1]).toEqual([
    true,
    true,
    true,
  ]);
});

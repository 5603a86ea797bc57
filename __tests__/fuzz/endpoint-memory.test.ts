import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { request } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { largestBody, mostBodyBytes } from "../../local/firehose/request-body";

const mebi = 2 ** 20;
/** Kept, a hundred bodies would take at least a hundred MiB, and unpacked ones far more. */
const leastLeak = 64 * mebi;
let child: ChildProcess;
let port: number;

beforeAll(async () => {
  child = fork(join(__dirname, "endpoint-process.ts"), {
    execArgv: ["--expose-gc", "--require", "tsx/cjs"],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  ({ port } = await answer<{ port: number }>());
});

afterAll(async () => {
  const gone = once(child, "exit");
  child.disconnect();
  await gone;
});

async function answer<T>(): Promise<T> {
  const [message] = (await once(child, "message")) as [T];
  return message;
}

async function residentBytes(): Promise<number> {
  const answered = answer<{ bytes: number }>();
  child.send("memory");
  return (await answered).bytes;
}

/** Sends a body that is not to be taken. @returns the status, or "closed" when the endpoint hung up meanwhile */
function send(body: Buffer, headers: Record<string, string>): Promise<number | "closed"> {
  return new Promise((resolve) => {
    const sent = request(
      {
        port,
        host: "127.0.0.1",
        method: "POST",
        agent: false,
        headers: { "x-amz-target": "Firehose_20150804.PutRecordBatch", ...headers },
      },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    sent.on("error", () => {
      resolve("closed");
    });
    sent.end(body);
  });
}

it.each([
  ["bodies above the limit", Buffer.alloc(largestBody + mebi, " "), {}],
  [
    "small bodies that unpack to sixty-four times the limit",
    gzipSync(Buffer.alloc(64 * largestBody)),
    { "content-encoding": "gzip" },
  ],
])("needs no more memory for a hundred more %s than for forty", async (_what, body, headers) => {
  const rounds = async (count: number) => {
    for (let round = 0; round < count; round++) {
      const answers = await Promise.all(Array.from({ length: 4 }, () => send(body, headers)));
      for (const status of answers) expect([400, 413, "closed"]).toContain(status);
    }
  };
  // As many as it takes until the process has what it needs and gives back little of it.
  await rounds(10);

  let grown = Infinity;
  let before = await residentBytes();
  // A busy machine lets more requests be under way at once than before, which takes memory once; a leak takes it each time.
  for (let window = 0; window < 4 && grown >= leastLeak; window++) {
    await rounds(25);
    const now = await residentBytes();
    grown = now - before;
    before = now;
  }

  expect(grown).toBeLessThan(leastLeak);
});

it("holds no more of bodies that never end than the endpoint has for all of them", async () => {
  const bytes = Buffer.alloc(largestBody - 1, " ");
  const before = await residentBytes();
  const sockets = await Promise.all(
    Array.from({ length: 100 }, async () => {
      const socket = connect(port, "127.0.0.1");
      socket.on("error", () => undefined);
      const head = "POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: Firehose_20150804.PutRecordBatch\r\n";
      socket.write(`${head}Content-Length: ${largestBody}\r\n\r\n`);
      await new Promise((resolve) => socket.write(bytes, resolve));
      return socket;
    }),
  );

  const grown = (await residentBytes()) - before;

  for (const socket of sockets) socket.destroy();
  // All of them would be seven hundred MiB.
  expect(grown).toBeLessThan(mostBodyBytes + 96 * mebi);
});

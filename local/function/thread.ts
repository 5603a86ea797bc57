import { createRequire } from "node:module";
import { parentPort, workerData } from "node:worker_threads";
import type { FromThread, FunctionError, ThreadData, ToThread } from "./messages";
import { QuietWatch } from "./quiet";
import { installThreadTime } from "./thread-time";

type Handler = (event: unknown, context: unknown) => unknown;
type Invoke = Extract<ToThread, { type: "invoke" }>;

const { file, exportName, virtualTime, seed } = workerData as ThreadData;
const port = parentPort;
if (!port) throw new Error("thread.ts runs in a worker thread only");
const send = (message: FromThread) => {
  port.postMessage(message);
};

// Through the port, so that a log line comes before the answer that it was written before.
const capture = (chunk: unknown, ...rest: unknown[]) => {
  send({ type: "log", text: Buffer.isBuffer(chunk) ? chunk.toString() : String(chunk) });
  const written = rest.at(-1);
  if (typeof written === "function") process.nextTick(written);
  return true;
};
process.stdout.write = capture;
process.stderr.write = capture;

const watch = new QuietWatch(() => {
  send({ type: "idle", nextTimerAt: time?.nextTimerAt() });
});
const time = virtualTime === undefined ? undefined : installThreadTime(virtualTime);
if (time) Math.random = seededRandom(seed);

const handler = load();

port.on("message", (message: ToThread) => {
  if (message.type === "invoke") void invoke(message);
  else if (message.type === "advance") {
    time?.advance(message.to);
    watch.start();
  } else port.close();
});

async function invoke({ now, deadline, event, context }: Invoke): Promise<void> {
  time?.set(now);
  if (time) watch.start();
  try {
    if (typeof handler !== "function") throw handler;
    const result = await handler(event, {
      ...context,
      getRemainingTimeInMillis: () => deadline - Date.now(),
    });
    send({ type: "answer", json: JSON.stringify(result ?? null) });
  } catch (error) {
    send({ type: "failure", error: functionError(error) });
  } finally {
    // The thread is frozen until the next invocation, as Lambda freezes a function that has answered.
    watch.stop();
  }
}

/** The handler, or the error that every invocation answers with. */
function load(): Handler | Error {
  try {
    const exports = createRequire(file)(file) as Record<string, unknown>;
    const found = exports[exportName];
    if (typeof found === "function") return found as Handler;
    return runtimeError("Runtime.HandlerNotFound", `index.${exportName} is undefined or not exported`);
  } catch (error) {
    return error instanceof Error ? error : runtimeError("Runtime.ImportModuleError", String(error));
  }
}

function runtimeError(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}

function functionError(error: unknown): FunctionError {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error) };
  const { name, message, stack = "" } = error;
  return { errorType: name, errorMessage: message, trace: stack.split("\n") };
}

/** Park and Miller's minimal standard generator: plenty for the jitter of a backoff. */
function seededRandom(start: number): () => number {
  const modulus = 2 ** 31 - 1;
  let state = (start % (modulus - 1)) + 1;
  return () => {
    state = (state * 48_271) % modulus;
    return state / modulus;
  };
}

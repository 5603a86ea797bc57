import { install } from "@sinonjs/fake-timers";
import { subscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import type { ClientRequest, IncomingMessage } from "node:http";
import type { Invocation, Loaded, Memory, Request } from "./function-process";

type Handler = (event: unknown, context: unknown) => Promise<unknown>;

const [, , bundle = "", startMillis] = process.argv;
const setImmediateNow = setImmediate;
const clock = install({
  now: Number(startMillis),
  toFake: ["Date", "setTimeout", "clearTimeout", "setInterval", "clearInterval"],
  // The SDK clears timers that it never set.
  shouldClearNativeTimers: true,
});

let underWay = 0;
let firstRequest = NaN;
let wake: (() => void) | undefined;
function end() {
  underWay -= 1;
  wake?.();
}
subscribe("http.client.request.start", (message) => {
  underWay += 1;
  if (Number.isNaN(firstRequest)) firstRequest = performance.now();
  const { request } = message as { request: ClientRequest };
  let response: IncomingMessage | undefined;
  request.once("response", (arrived) => {
    response = arrived;
    response.once("close", end);
  });
  request.once("close", () => {
    if (!response) end();
  });
});

const turn = () =>
  new Promise<void>((resolve) => {
    setImmediateNow(resolve);
  });

/** The SDK's first call looks for configuration files. */
const readsFiles = () => process.getActiveResourcesInfo().some((resource) => resource.startsWith("FSReq"));

/**
 * Lets virtual time pass until the promise settles; it stands still while a request or a file is under way. No more
 * turns of the event loop than it takes: they count as the function's CPU time.
 */
async function passTime(promise: Promise<unknown>): Promise<void> {
  const state = { settled: false };
  const settle = () => {
    state.settled = true;
    wake?.();
  };
  promise.then(settle, settle);
  for (;;) {
    await turn();
    if (state.settled) return;
    if (underWay > 0) await new Promise<void>((resolve) => (wake = resolve));
    else if (!readsFiles()) clock.next();
  }
}

const described = (error: unknown) => {
  const { name, message } = error as Error;
  return { name, message };
};

function load(): [Handler | undefined, Loaded] {
  const start = performance.now();
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- Lambda's runtime loads a CommonJS function so
    const { handler } = require(bundle) as { handler: Handler };
    return [handler, { loadMillis: performance.now() - start }];
  } catch (error) {
    return [undefined, { loadMillis: performance.now() - start, error: described(error) }];
  }
}

async function invoke(handler: Handler, timeoutMillis: number): Promise<Invocation> {
  const startedAt = Date.now();
  firstRequest = NaN;
  const begin = performance.now();
  const cpu = process.cpuUsage();
  const context = {
    awsRequestId: "request-1",
    getRemainingTimeInMillis: () => startedAt + timeoutMillis - Date.now(),
  };
  const running = handler({}, context);
  await passTime(running);
  const { user, system } = process.cpuUsage(cpu);
  const figures = {
    virtualMillis: Date.now() - startedAt,
    cpuMillis: (user + system) / 1000,
    firstRequestMillis: firstRequest - begin,
  };
  return running.then(
    (answer) => ({ answer, ...figures }),
    (error: unknown) => ({ error: described(error), ...figures }),
  );
}

async function serve(handler: Handler): Promise<void> {
  for (;;) {
    const [request] = (await once(process, "message")) as [Request];
    if ("invoke" in request) process.send?.(await invoke(handler, request.invoke.timeoutMillis));
    else process.send?.({ peakBytes: process.resourceUsage().maxRSS * 1024 } satisfies Memory);
  }
}

const [handler, loaded] = load();
process.send?.(loaded);
if (handler) void serve(handler);

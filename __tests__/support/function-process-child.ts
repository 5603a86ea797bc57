import { subscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import { installFunctionTime } from "./function-clocks";
import type { FunctionTime, Invocation, Loaded, Memory, Request } from "./function-process";

type Handler = (event: unknown, context: unknown) => Promise<unknown>;

const [, , bundle = "", startMillis, time] = process.argv;
const passTime = installFunctionTime(time as FunctionTime, Number(startMillis));

let firstRequest = NaN;
subscribe("http.client.request.start", () => {
  if (Number.isNaN(firstRequest)) firstRequest = performance.now();
});

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
  const context = {
    awsRequestId: "request-1",
    getRemainingTimeInMillis: () => startedAt + timeoutMillis - Date.now(),
  };
  firstRequest = NaN;
  const begin = performance.now();
  const cpu = process.cpuUsage();
  const running = handler({}, context);
  await passTime(running);
  const { user, system } = process.cpuUsage(cpu);
  const figures = {
    tookMillis: Date.now() - startedAt,
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

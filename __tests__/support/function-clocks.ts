import { install } from "@sinonjs/fake-timers";
import { subscribe } from "node:diagnostics_channel";
import type { ClientRequest, IncomingMessage } from "node:http";
import type { FunctionTime } from "./function-process";

/** Lets the function's time pass until a promise settles. */
export type PassTime = (promise: Promise<unknown>) => Promise<void>;

const immediate = setImmediate;

/** Puts time of the kind in the place of the process's Date and timers. */
export function installFunctionTime(kind: FunctionTime, startMillis: number): PassTime {
  return kind === "virtual" ? installVirtualTime(startMillis) : skipWaits(startMillis);
}

/** Calls `change` with 1 when a request begins and with -1 when its answer has been read or it has failed. */
function watchRequests(change: (by: 1 | -1) => void): void {
  subscribe("http.client.request.start", (message) => {
    change(1);
    const { request } = message as { request: ClientRequest };
    let response: IncomingMessage | undefined;
    request.once("response", (arrived) => {
      response = arrived;
      response.once("close", () => {
        change(-1);
      });
    });
    request.once("close", () => {
      if (!response) change(-1);
    });
  });
}

/** The SDK's first call looks for configuration files. */
const readsFiles = () => process.getActiveResourcesInfo().some((resource) => resource.startsWith("FSReq"));

function installVirtualTime(startMillis: number): PassTime {
  const clock = install({
    now: startMillis,
    toFake: ["Date", "setTimeout", "clearTimeout", "setInterval", "clearInterval"],
    // The SDK clears timers that it never set.
    shouldClearNativeTimers: true,
  });
  let underWay = 0;
  let wake = (): void => undefined;
  watchRequests((by) => {
    underWay += by;
    wake();
  });
  return async (promise) => {
    const state = { settled: false };
    const settle = () => {
      state.settled = true;
      wake();
    };
    promise.then(settle, settle);
    for (;;) {
      await new Promise((resolve) => immediate(resolve));
      if (state.settled) return;
      if (underWay > 0) await new Promise<void>((resolve) => (wake = resolve));
      else if (!readsFiles()) clock.next();
    }
  };
}

/** Longer than any backoff without failures, shorter than any timer of the SDK. */
const isWaitForNextSecond = (milliseconds: number) => milliseconds >= 500 && milliseconds <= 1000;

function skipWaits(startMillis: number): PassTime {
  const realNow = Date.now.bind(Date);
  const realSetTimeout = setTimeout;
  let ahead = startMillis - realNow();
  Date.now = () => realNow() + ahead;
  globalThis.setTimeout = ((callback: () => void, milliseconds = 0, ...rest: []) => {
    if (!isWaitForNextSecond(milliseconds)) return realSetTimeout(callback, milliseconds, ...rest);
    ahead += milliseconds;
    return realSetTimeout(callback, 0);
  }) as typeof setTimeout;
  return async (promise) => {
    await promise.catch(() => undefined);
  };
}

import { strToU8, zipSync } from "fflate";
import { VirtualClock } from "../../../local/clock/virtual-clock";
import {
  LocalFunction,
  type Invocation,
  type LocalFunctionOptions,
} from "../../../local/function/local-function";

export const start = Date.parse("2026-01-01T00:00:00Z");

const functions: LocalFunction[] = [];

/** A function made of one file's source, on a virtual clock. */
export function localFunction(source: string, changes: Partial<LocalFunctionOptions> = {}) {
  const clock = new VirtualClock(start);
  const logged: string[] = [];
  let ids = 0;
  const fn = new LocalFunction({
    zip: zipSync({ "index.js": strToU8(source) }),
    handler: "index.handler",
    name: "test-function",
    logGroup: "/aws/lambda/test-function",
    region: "eu-west-1",
    memoryMib: 128,
    timeoutSeconds: 60,
    environment: { STREAM_NAME: "test-stream" },
    endpoints: { firehose: "http://127.0.0.1:9" },
    clock,
    ids: () => `request-${++ids}`,
    log: (text) => logged.push(text),
    ...changes,
  });
  functions.push(fn);
  return {
    fn,
    clock,
    log: () => logged.join(""),
    /** One invocation, for as much virtual time as it takes. */
    invoke: (event: unknown = {}): Promise<Invocation> => clock.run(fn.invoke(event)),
  };
}

export async function closeFunctions(): Promise<void> {
  await Promise.all(functions.splice(0).map((fn) => fn.close()));
}

/** A handler's source. */
export const handler = (body: string) => `exports.handler = async (event, context) => { ${body} };`;

export const wait = (milliseconds: number) =>
  `await new Promise((wake) => setTimeout(wake, ${milliseconds}));`;

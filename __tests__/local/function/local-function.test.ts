import { existsSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { strToU8, zipSync } from "fflate";
import { systemClock, type Clock } from "../../../local/clock/clock";
import { closeFunctions, handler, localFunction, start, wait } from "./function-fixture";

afterEach(closeFunctions);

/** The handler's result; fails when there is none. */
function resultOf({ outcome }: { outcome: object }): unknown {
  expect(outcome).toHaveProperty("result");
  return (outcome as { result: unknown }).result;
}

describe("virtual time", () => {
  test("lets an invocation last exactly as long as its timers", async () => {
    const { invoke } = localFunction(handler(wait(50_000)));

    expect((await invoke()).durationMs).toBe(50_000);
  });

  test("does not drift over many timers", async () => {
    const { invoke } = localFunction(handler(`for (let n = 0; n < 500; n++) { ${wait(100)} }`));

    expect((await invoke()).durationMs).toBe(50_000);
  });

  test("is what the function sees in every way", async () => {
    const { invoke } = localFunction(
      handler(`
        const { setTimeout: sleep } = require("node:timers/promises");
        const before = [Date.now(), new Date().getTime(), performance.now(), process.hrtime.bigint()];
        await sleep(1500);
        const after = [Date.now(), new Date().getTime(), performance.now(), process.hrtime.bigint()];
        return { begun: before[0], passed: after.map((time, n) => Number(time - before[n])), isDate: new Date() instanceof Date };
      `),
    );

    expect(resultOf(await invoke())).toEqual({
      begun: start,
      passed: [1500, 1500, 1500, 1_500_000_000],
      isDate: true,
    });
  });

  test("stands still during files, name look-ups and immediates", async () => {
    const { invoke } = localFunction(
      handler(`
        setTimeout(() => {}, 1);
        await require("node:fs/promises").readFile(__filename);
        await require("node:dns/promises").lookup("localhost").catch(() => {});
        for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate);
        return Date.now();
      `),
    );

    expect(resultOf(await invoke())).toBe(start);
  });

  test("fires an interval until it is cleared", async () => {
    const { invoke } = localFunction(
      handler(`
        const times = [];
        await new Promise((done) => {
          const interval = setInterval(() => {
            times.push(Date.now() - ${start});
            if (times.length === 3) done(clearInterval(interval));
          }, 20);
        });
        return times;
      `),
    );

    expect(resultOf(await invoke())).toEqual([20, 40, 60]);
  });

  test("goes on between invocations, in which the function is frozen", async () => {
    const { fn, clock } = localFunction(
      `let fired = 0; exports.handler = async () => { setTimeout(() => { fired++; }, 10); return [Date.now(), fired]; };`,
    );
    const at = (milliseconds: number) =>
      new Promise<void>((wake) => clock.setTimeout(wake, milliseconds)).then(() => fn.invoke({}));

    const [first, second] = await clock.run(Promise.all([at(0), at(60_000)]));

    expect([resultOf(first), resultOf(second)]).toEqual([
      [start, 0],
      [start + 60_000, 0],
    ]);
  });

  test("gives the same random numbers for the same seed", async () => {
    const source = handler("return [Math.random(), Math.random()]");
    const numbers = async (seed: number) => resultOf(await localFunction(source, { seed }).invoke());

    const first = await numbers(7);

    expect(await numbers(7)).toEqual(first);
    expect(await numbers(8)).not.toEqual(first);
  });

  describe("and a server", () => {
    let server: Server;
    let url: string;

    beforeAll(async () => {
      server = createServer((request, response) => {
        request.resume();
        // Later than many turns of the event loop: the function seems idle meanwhile.
        request.on("end", () => setTimeout(() => response.end("ok"), 20));
      });
      await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
      url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    });

    afterAll(() => {
      server.closeAllConnections();
      server.close();
    });

    test.each([
      [
        "node:http",
        `const http = require("node:http");
         const agent = new http.Agent({ keepAlive: true });
         const get = () => new Promise((done, fail) => {
           http.get(process.env.AWS_ENDPOINT_URL_FIREHOSE, { agent }, (r) => { r.resume(); r.on("end", done); }).on("error", fail);
         });`,
      ],
      [
        "fetch",
        `const get = async () => { await (await fetch(process.env.AWS_ENDPOINT_URL_FIREHOSE)).text(); };`,
      ],
    ])("waits for answers to %s", async (_client, source) => {
      const { invoke } = localFunction(
        `${source} exports.handler = async () => {
          const times = [];
          for (let n = 0; n < 3; n++) {
            let isLate = false;
            const timeout = setTimeout(() => { isLate = true; }, 5);
            await get();
            clearTimeout(timeout);
            times.push(Date.now() - ${start}, isLate);
            ${wait(1000)}
          }
          return times;
        };`,
        { endpoints: { firehose: url } },
      );

      expect(resultOf(await invoke())).toEqual([0, false, 1000, false, 2000, false]);
    });
  });
});

describe("the machine's time", () => {
  test("is the function's on the system clock", async () => {
    const { fn } = localFunction(handler("return Date.now()"), { clock: systemClock });
    const before = Date.now();

    const time = resultOf(await fn.invoke({})) as number;

    expect(time).toBeGreaterThanOrEqual(before);
    expect(time).toBeLessThanOrEqual(Date.now());
  });
});

describe("the environment", () => {
  test("is Lambda's, and nothing of this process's", async () => {
    process.env.SECRET_OF_THE_USER = "x";
    const { invoke } = localFunction(handler("return process.env"));

    const environment = resultOf(await invoke());
    delete process.env.SECRET_OF_THE_USER;

    expect(environment).toMatchObject({
      AWS_REGION: "eu-west-1",
      AWS_LAMBDA_FUNCTION_NAME: "test-function",
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "128",
      AWS_ENDPOINT_URL_FIREHOSE: "http://127.0.0.1:9",
      STREAM_NAME: "test-stream",
      _HANDLER: "index.handler",
    });
    for (const key of [
      "SECRET_OF_THE_USER",
      "PATH",
      "HOME",
      "AWS_PROFILE",
      "AWS_SESSION_TOKEN",
      "HTTP_PROXY",
    ])
      expect(environment).not.toHaveProperty(key);
  });

  test("hands over the event and Lambda's context", async () => {
    const { invoke } = localFunction(
      handler(`${wait(10_000)} return { event, context, left: context.getRemainingTimeInMillis() };`),
    );

    expect(resultOf(await invoke({ source: "aws.events" }))).toEqual({
      event: { source: "aws.events" },
      context: {
        functionName: "test-function",
        functionVersion: "$LATEST",
        invokedFunctionArn: "arn:aws:lambda:eu-west-1:000000000000:function:test-function",
        memoryLimitInMB: "128",
        awsRequestId: "request-1",
        logGroupName: "/aws/lambda/test-function",
        logStreamName: "local/[$LATEST]",
      },
      left: 50_000,
    });
  });

  test("keeps what the function keeps between invocations", async () => {
    const { fn, clock } = localFunction("let n = 0; exports.handler = async () => ++n;");

    const results = await clock.run(Promise.all([fn.invoke({}), fn.invoke({})]));

    expect(results.map(resultOf)).toEqual([1, 2]);
  });

  test("lets index.js be CommonJS and the files beside it be read", async () => {
    const zip = zipSync({
      "index.js": strToU8(
        `module.exports.handler = async () => require("node:fs").readFileSync(__dirname + "/data/text", "utf8")`,
      ),
      "data/text": strToU8("beside it"),
    });
    const { invoke } = localFunction("", { zip });

    expect(resultOf(await invoke())).toBe("beside it");
  });

  test("rejects a package with a file outside its folder", () => {
    const zip = zipSync({ "../outside.js": strToU8("") });

    expect(() => localFunction("", { zip })).toThrow("../outside.js");
  });

  test("is gone when the function is closed", async () => {
    const { fn, invoke } = localFunction(handler("return __dirname"));
    const directory = resultOf(await invoke()) as string;

    await fn.close();

    expect(existsSync(directory)).toBe(false);
  });
});

describe("the log", () => {
  test("has what the function writes between Lambda's own lines, and none of it reaches this process", async () => {
    const written = jest.spyOn(process.stdout, "write");
    const { invoke, log } = localFunction(
      handler(
        `console.log("one"); process.stdout.write('{"two":2}\\n'); console.error("three"); ${wait(1500)}`,
      ),
    );

    await invoke();
    const calls = written.mock.calls.map(([text]) => String(text));
    written.mockRestore();

    expect(log()).toBe(
      "START RequestId: request-1 Version: $LATEST\n" +
        'one\n{"two":2}\nthree\n' +
        "END RequestId: request-1\n" +
        "REPORT RequestId: request-1\tDuration: 1500.00 ms\tBilled Duration: 1500 ms\tMemory Size: 128 MB\n",
    );
    expect(calls.filter((text) => /one|two|three/.test(text))).toEqual([]);
  });

  test("says why an invocation failed", async () => {
    const { invoke, log } = localFunction(handler(`throw new TypeError("no such thing")`));

    await invoke();

    expect(log()).toContain(
      '{"errorType":"TypeError","errorMessage":"no such thing","trace":["TypeError: no such',
    );
  });
});

describe("a function that fails", () => {
  test.each([
    ["throws", `throw new RangeError("too far")`, { errorType: "RangeError", errorMessage: "too far" }],
    ["throws no error", `throw "text"`, { errorType: "string", errorMessage: "text" }],
    [
      "throws from a timer",
      `setTimeout(() => { throw new Error("late"); }, 5); await new Promise(() => {});`,
      { errorType: "Error", errorMessage: "late" },
    ],
    [
      "ends its process",
      `process.exit(3)`,
      { errorType: "Runtime.ExitError", errorMessage: expect.stringContaining("exit code 3") },
    ],
    [
      "returns what JSON cannot hold",
      `return 1n`,
      { errorType: "TypeError", errorMessage: expect.stringContaining("BigInt") },
    ],
    [
      "needs too much memory",
      `const kept = []; for (;;) kept.push({ value: Math.random() });`,
      { errorType: "Runtime.ExitError", errorMessage: expect.stringContaining("128 MB of memory") },
    ],
  ])("because it %s answers as Lambda does, and the next invocation works", async (_why, body, error) => {
    const { invoke } = localFunction(handler(`if (event.fail) { ${body} } return "fine";`));

    const failed = await invoke({ fail: true });

    expect(failed.outcome).toEqual({ error: expect.objectContaining(error) });
    expect(resultOf(await invoke())).toBe("fine");
  });

  test.each([
    ["waits too long", wait(70_000)],
    ["waits for ever", "await new Promise(() => {});"],
  ])("because it %s is timed out", async (_why, body) => {
    const { invoke } = localFunction(handler(`if (event.fail) { ${body} } return "fine";`));

    const timedOut = await invoke({ fail: true });

    expect(timedOut).toEqual({
      requestId: "request-1",
      durationMs: 60_000,
      outcome: {
        error: {
          errorType: "Sandbox.Timedout",
          errorMessage: "RequestId: request-1 Error: Task timed out after 60.00 seconds",
        },
      },
    });
    expect(resultOf(await invoke())).toBe("fine");
  });

  test("because it never lets go of its thread is ended by the machine's clock", async () => {
    let fireWallTimer: () => void = () => undefined;
    const wallClock: Clock = {
      now: () => 0,
      setTimeout: (callback) => {
        fireWallTimer = callback;
      },
      clearTimeout: () => undefined,
    };
    const { invoke } = localFunction(handler("for (;;);"), { wallClock, stuckAfterMs: 30_000 });

    const stuck = invoke();
    await new Promise((resolve) => setImmediate(resolve));
    fireWallTimer();

    expect((await stuck).outcome).toEqual({
      error: { errorType: "Sandbox.Timedout", errorMessage: expect.stringContaining("busy for 30 seconds") },
    });
  });

  test.each([
    ["cannot be parsed", "not JavaScript", "SyntaxError"],
    ["throws while it is loaded", `throw new TypeError("early")`, "TypeError"],
    ["has no handler", "exports.other = 1", "Runtime.HandlerNotFound"],
  ])("because it %s says so at each invocation", async (_why, source, errorType) => {
    const { invoke } = localFunction(source);

    expect((await invoke()).outcome).toEqual({ error: expect.objectContaining({ errorType }) });
    expect((await invoke()).outcome).toEqual({ error: expect.objectContaining({ errorType }) });
  });
});

import { join } from "node:path";
import { FirehoseServer } from "../../__tests__/support/firehose-server";
import { dataGeneratorZip, FunctionProcess, type Invocation } from "../../__tests__/support/function-process";
import { bundleFunction } from "../../functions/bundle-function";
import { generatorEnvironment } from "../../pipeline/generator-environment";
import { settings } from "../../pipeline/settings";
import { alternate, type Benchmark, type BenchmarkOptions, type Figure, ratios } from "../harness";

const recordsPerRun = settings.generator.recordsPerSecond * settings.generator.runSeconds;
const startMillis = 1_767_225_600_000;

/** What is measured: a deployment zip, run against the server. */
interface Subject {
  readonly zip: Uint8Array;
  readonly environment: Readonly<Record<string, string>>;
}

const start = ({ zip, environment }: Subject) =>
  FunctionProcess.start({ zip, environment, startMillis, time: "waits-skipped" });

async function invoke(server: FirehoseServer, running: FunctionProcess): Promise<Invocation> {
  server.calls.length = 0;
  const invocation = await running.invoke(settings.generator.timeoutSeconds * 1000);
  const { records } = (invocation.answer ?? {}) as { records?: number };
  if (records !== recordsPerRun || server.accepted.length !== recordsPerRun) {
    throw new Error(`${records} of ${recordsPerRun} records were sent: ${invocation.error?.message ?? ""}`);
  }
  return invocation;
}

/** Milliseconds in a new process from before the bundle is loaded until the first request leaves. */
async function coldStart(server: FirehoseServer, subject: Subject): Promise<number> {
  const [running, { loadMillis }] = await start(subject);
  const { firstRequestMillis } = await invoke(server, running);
  await running.stop();
  return loadMillis + firstRequestMillis;
}

async function measure(
  server: FirehoseServer,
  generator: Subject,
  loop: Subject,
  { quick, progress }: BenchmarkOptions,
): Promise<readonly Figure[]> {
  const coldStarts = await alternate(
    { generator: () => coldStart(server, generator), loop: () => coldStart(server, loop) },
    {
      warmUp: 1,
      runs: quick ? 3 : 15,
      progress: (line) => {
        progress(`cold start, ${line}`);
      },
    },
  );

  const [warmGenerator] = await start(generator);
  const [warmLoop] = await start(loop);
  const cpu = async (running: FunctionProcess) => (await invoke(server, running)).cpuMillis;
  const warm = await alternate(
    { generator: () => cpu(warmGenerator), loop: () => cpu(warmLoop) },
    {
      warmUp: quick ? 5 : 30,
      runs: quick ? 5 : 30,
      progress: (line) => {
        progress(`CPU time, ${line}`);
      },
    },
  );
  const memory = await warmGenerator.memory();
  const loopMemory = await warmLoop.memory();
  await warmGenerator.stop();
  await warmLoop.stop();

  return [
    { name: "zip", unit: "KB", samples: [generator.zip.byteLength / 1000], most: 180 },
    { name: "cold start: load to first request", unit: "ms", samples: coldStarts.generator, most: 100 },
    { name: "cold start of the plain SDK loop", unit: "ms", samples: coldStarts.loop },
    { name: "CPU for 10,000 records", unit: "ms", samples: warm.generator },
    { name: "CPU of the plain SDK loop", unit: "ms", samples: warm.loop },
    {
      name: "CPU relative to the plain SDK loop",
      unit: "ratio",
      samples: ratios(warm.generator, warm.loop),
      most: 1,
    },
    { name: "peak memory of the process", unit: "MB", samples: [memory.peakBytes / 1e6], most: 128 },
    { name: "peak memory of the plain SDK loop", unit: "MB", samples: [loopMemory.peakBytes / 1e6] },
  ];
}

/**
 * The data generator's zip in a bare Node.js process against the least that sends the same records with the AWS SDK,
 * built alike, through one server on loopback in another process. Time is real, but the wait for the next second is
 * skipped. Both are warmed up until the compiler has done its work.
 */
export const functionBenchmark: Benchmark = {
  name: "function",
  description: "the data generator: zip, cold start, CPU and memory against a plain AWS SDK loop",
  method:
    "Each process's peak memory is read once, after all of its invocations: another such process would have to make as " +
    "many. The zip is the same in every run.",
  async run(options) {
    const server = await FirehoseServer.start();
    const environment = {
      ...generatorEnvironment(settings.generator, "benchmark"),
      AWS_REGION: settings.region,
      AWS_ACCESS_KEY_ID: "benchmark",
      AWS_SECRET_ACCESS_KEY: "benchmark",
      AWS_ENDPOINT_URL_FIREHOSE: server.endpoint,
    };
    const loopZip = bundleFunction(join(__dirname, "plain-sdk-loop")).zip;
    try {
      return await measure(
        server,
        { zip: dataGeneratorZip(), environment },
        { zip: loopZip, environment },
        options,
      );
    } finally {
      await server.close();
    }
  },
};

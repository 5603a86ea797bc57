import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { VirtualClock } from "../../local/clock/virtual-clock";
import { noFaults } from "../../local/firehose/faults";
import { localGenerator } from "../../local/local-pipeline";
import { firstInstant, invokeEveryMinute, replay } from "../../local/replay";
import { warehouse } from "../../local/warehouse";
import { defaultStackName, pipelineNames } from "../../pipeline/names";
import { settings } from "../../pipeline/settings";
import { alternate, ratios, type Benchmark, type BenchmarkOptions, type Figure } from "../harness";

const names = pipelineNames(defaultStackName);
const root = join(__dirname, "..", "..");
const { recordsPerSecond } = settings.generator;

const since = (start: number) => performance.now() - start;

/** Milliseconds of a replay, with its table and the counting afterwards. */
async function replayed(directory: string, minutes: number): Promise<number> {
  const start = performance.now();
  const { records } = await replay({
    names,
    warehouse: warehouse(directory, names),
    minutes,
    seed: 1,
    faults: noFaults,
    keep: false,
    log: () => undefined,
    onMinute: () => undefined,
  });
  if (records.unaccounted !== 0) throw new Error(`${records.unaccounted} records are unaccounted for`);
  return since(start);
}

/** Milliseconds of the same invocations when each call is acknowledged unread. */
async function acknowledged(minutes: number): Promise<number> {
  const start = performance.now();
  const RequestResponses = Array.from({ length: recordsPerSecond }, (_, n) => ({ RecordId: String(n) }));
  const answer = JSON.stringify({ FailedPutCount: 0, RequestResponses });
  const server = createServer((request, response) => {
    request.resume();
    request.on("end", () => response.setHeader("content-type", "application/x-amz-json-1.1").end(answer));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const clock = new VirtualClock(firstInstant);
  const generator = localGenerator({ names, clock, ids: randomUUID, url, seed: 1, log: () => undefined });
  const invocations = await clock.run(invokeEveryMinute(generator, clock, names, minutes, () => undefined));
  await generator.close();
  server.close();
  const failed = invocations.filter(({ outcome }) => "error" in outcome);
  if (failed.length > 0) throw new Error(`${failed.length} invocations failed`);
  return since(start);
}

/** Milliseconds until `npm start`'s own command has printed its first line, and until it has ended. */
function started(directory: string): Promise<{ firstLine: number; end: number }> {
  const start = performance.now();
  const child = spawn(
    process.execPath,
    ["--require", "tsx/cjs", "local/start.ts", "--warehouse", directory],
    {
      cwd: root,
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  let firstLine = 0;
  child.stdout.once("data", () => {
    firstLine = since(start);
  });
  child.stdout.resume();
  return new Promise((resolve, reject) => {
    child.on("close", (code) => {
      if (code === 0) resolve({ firstLine, end: since(start) });
      else reject(new Error(`npm start ended with code ${String(code)}`));
    });
  });
}

async function run({ quick, progress }: BenchmarkOptions): Promise<readonly Figure[]> {
  const minutes = quick ? 6 : 60;
  const rounds = { warmUp: quick ? 0 : 1, runs: quick ? 1 : 9, progress };
  const directory = mkdtempSync(join(tmpdir(), "replay-benchmark-"));
  try {
    const hours = await alternate(
      { replay: () => replayed(directory, minutes), stub: () => acknowledged(minutes) },
      rounds,
    );
    const starts = await alternate({ start: () => started(directory) }, rounds);
    return [
      { name: `${minutes} minutes through the unmodified bundle`, unit: "ms", samples: hours.replay },
      { name: "the same against a stub that only acknowledges", unit: "ms", samples: hours.stub },
      {
        name: "the whole pipeline's time to the stub's",
        unit: "ratio",
        samples: ratios(hours.replay, hours.stub),
        most: 1.4,
      },
      {
        name: "npm start: its first line",
        unit: "ms",
        samples: starts.start.map(({ firstLine }) => firstLine),
        most: 500,
      },
      { name: "npm start: 10 minutes", unit: "ms", samples: starts.start.map(({ end }) => end), most: 3_000 },
    ];
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

export const replayBenchmark: Benchmark = {
  name: "replay",
  description: "an hour through the function's own package, against a stub that only acknowledges; npm start",
  run,
};

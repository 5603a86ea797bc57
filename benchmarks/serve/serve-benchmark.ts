import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import type { TableInfo } from "../../local/page/api";
import type { Benchmark, BenchmarkOptions, Figure } from "../harness";
import { openPage, openStalledPage, requestsToOpen, type PageTally } from "./open-page";
import { sendPaced, type Sent } from "./paced-sender";

const recordsPerSecond = 10_000;
const pages = 100;
const stalledPages = 10;
const warmUpSeconds = 3;
const root = join(__dirname, "..", "..");

interface Load extends Sent {
  readonly rows: number;
  readonly tally: PageTally;
  /** Seconds from one update that a page saw to its next while records came, on average. */
  readonly updateSeconds: number;
}

/** Serves a fresh warehouse from a process of its own and sends to it, with so many pages open. */
async function load(openPages: number, seconds: number): Promise<Load> {
  const folder = mkdtempSync(join(tmpdir(), "serve-benchmark-"));
  const args = [
    "local/serve.ts",
    "--port",
    "0",
    "--no-generator",
    "--buffer-seconds",
    "2",
    "--warehouse",
    folder,
  ];
  const server = spawn(process.execPath, ["--require", "tsx/cjs", ...args], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const kill = () => server.kill("SIGKILL");
  // Before the folder is removed that it writes to.
  process.prependOnceListener("exit", kill);
  try {
    const url = await urlOf(server.stdout);
    const tally: PageTally = { updates: 0, answers: 0, failures: 0 };
    const stalled = openPages > 0 ? stalledPages : 0;
    const closers = [
      ...Array.from({ length: openPages - stalled }, () => openPage(url, tally)),
      ...Array.from({ length: stalled }, () => openStalledPage(url)),
    ];
    // Pages that are open, not pages that are being opened all at once.
    while (tally.answers + tally.failures < (openPages - stalled) * requestsToOpen) await sleep(50);
    const updatesBefore = tally.updates;
    const begun = performance.now();
    const sent = await sendPaced(url, recordsPerSecond, seconds);
    const elapsedSeconds = (performance.now() - begun) / 1000;
    const updatesOfPage = (tally.updates - updatesBefore) / (openPages - stalled);
    const rows = await rowsAfter(url, sent.acknowledged);
    for (const close of closers) close();
    server.kill("SIGINT");
    await once(server, "close");
    return { ...sent, rows, tally, updateSeconds: elapsedSeconds / updatesOfPage };
  } finally {
    kill();
    process.off("exit", kill);
    rmSync(folder, { recursive: true, force: true });
  }
}

async function urlOf(output: NodeJS.ReadableStream): Promise<string> {
  let url = "";
  for await (const line of createInterface({ input: output })) {
    url ||= /Firehose +(http:[^,]+),/.exec(line)?.[1] ?? "";
    if (!line.startsWith("Ctrl-C")) continue;
    output.resume();
    return url;
  }
  throw new Error("the server did not start");
}

/** Rows that the newest snapshot says the table holds, when all are there or none come any more. */
async function rowsAfter(url: string, expected: number): Promise<number> {
  let rows = 0;
  for (let wait = 0; wait < 20 && rows < expected; wait++) {
    await sleep(500);
    const { snapshots } = (await (await fetch(`${url}/api/table`)).json()) as TableInfo;
    rows = snapshots[0]?.totalRows ?? 0;
  }
  return rows;
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

async function run({ quick, progress }: BenchmarkOptions): Promise<readonly Figure[]> {
  const seconds = quick ? 3 : 15;
  const runs = quick ? 1 : 3;
  const alone: Load[] = [];
  const watched: Load[] = [];
  if (!quick) {
    progress("warm-up");
    await load(pages, warmUpSeconds);
  }
  for (let n = 1; n <= runs; n++) {
    progress(
      `run ${n} of ${runs}: ${recordsPerSecond} records a second for ${seconds} s, without and with pages`,
    );
    alone.push(await load(0, seconds));
    watched.push(await load(pages, seconds));
  }
  const shareOf = (part: (one: Load) => number) => watched.map((one) => part(one) / one.records);
  const open = `${pages} pages open, ${stalledPages} of them stalled`;
  const figure = (name: string, unit: Figure["unit"], samples: readonly number[]) => ({
    name,
    unit,
    samples,
  });
  return [
    {
      ...figure(
        `records not acknowledged, ${open}`,
        "ratio",
        shareOf((one) => one.records - one.acknowledged),
      ),
      most: 0,
    },
    {
      ...figure(
        "acknowledged records not in the table",
        "ratio",
        shareOf((one) => one.acknowledged - one.rows),
      ),
      most: 0,
    },
    {
      ...figure(
        "requests and event streams of pages that failed",
        "ratio",
        watched.map(({ tally }) => tally.failures / tally.answers),
      ),
      most: 0,
    },
    {
      ...figure(
        "from one update that a page saw to the next, on average",
        "s",
        watched.map(({ updateSeconds }) => updateSeconds),
      ),
    },
    figure(
      "put of 500 records, median, no page",
      "ms",
      alone.map(({ latencies }) => percentile(latencies, 0.5)),
    ),
    figure(
      `the same, ${open}`,
      "ms",
      watched.map(({ latencies }) => percentile(latencies, 0.5)),
    ),
    figure(
      "put of 500 records, 99th percentile, no page",
      "ms",
      alone.map(({ latencies }) => percentile(latencies, 0.99)),
    ),
    figure(
      `the same, ${open}`,
      "ms",
      watched.map(({ latencies }) => percentile(latencies, 0.99)),
    ),
  ];
}

/** What open pages cost those who send. */
export const serveBenchmark: Benchmark = {
  name: "serve",
  description: "10,000 records a second into a server with 100 pages open",
  run,
};

import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { alternate, type Benchmark, type BenchmarkOptions, type Figure, ratios } from "../harness";
import { recordsPerHour } from "./hour";

type Message = Readonly<Record<string, unknown>>;

/** A process of this folder that speaks through `report` and listens with `told`. */
class Part {
  private readonly child: ChildProcess;

  constructor(program: string, ...args: readonly string[]) {
    this.child = fork(join(__dirname, program), args, {
      execArgv: ["--import", "tsx"],
      env: { ...process.env, NODE_NO_WARNINGS: "1" },
    });
  }

  /** @throws Error when it ends instead */
  async hear(): Promise<Message> {
    const ended = once(this.child, "exit").then(([code]) => {
      throw new Error(`${this.child.spawnargs.slice(-3).join(" ")} ended with code ${String(code)}`);
    });
    ended.catch(() => undefined);
    const [message] = (await Promise.race([once(this.child, "message"), ended])) as [Message];
    return message;
  }

  tell(): void {
    this.child.send("go");
  }

  end(): void {
    this.child.kill();
  }
}

function expectRows({ rows }: Message, records: number): void {
  if (rows !== records) throw new Error(`${String(rows)} of ${records} records became rows`);
}

/** Milliseconds of the work that no Firehose could avoid. */
async function ceiling(records: number): Promise<number> {
  const part = new Part("ceiling-process.ts", String(records));
  await part.hear();
  part.tell();
  const result = await part.hear();
  expectRows(result, records);
  return Number(result.milliseconds);
}

/** Milliseconds from the first request to the last commit. */
async function through(client: "http" | "sdk", records: number): Promise<number> {
  const stream = new Part("stream-process.ts");
  const { url } = await stream.hear();
  const sender = new Part("sender-process.ts", client, String(url), String(records));
  try {
    await sender.hear();
    const start = process.hrtime.bigint();
    sender.tell();
    await sender.hear();
    stream.tell();
    expectRows(await stream.hear(), records);
    return Number(process.hrtime.bigint() - start) / 1e6;
  } finally {
    sender.end();
    stream.end();
  }
}

async function run({ quick, progress }: BenchmarkOptions): Promise<readonly Figure[]> {
  const records = quick ? recordsPerHour / 10 : recordsPerHour;
  const samples = await alternate(
    {
      ceiling: () => ceiling(records),
      http: () => through("http", records),
      sdk: () => through("sdk", records),
    },
    { warmUp: quick ? 0 : 1, runs: quick ? 1 : 5, progress },
  );
  return [
    { name: `ceiling: parse, copy and commit ${records} records`, unit: "ms", samples: samples.ceiling },
    { name: "plain HTTP client, 500 a call, 4 in flight", unit: "ms", samples: samples.http },
    { name: "SDK v3 client, 500 a call, 4 in flight", unit: "ms", samples: samples.sdk },
    {
      name: "plain HTTP client's time to the ceiling's (half its speed)",
      unit: "ratio",
      samples: ratios(samples.http, samples.ceiling),
      most: 1 / 0.5,
    },
    {
      name: "SDK v3 client's time to the ceiling's (0.3 of its speed)",
      unit: "ratio",
      samples: ratios(samples.sdk, samples.ceiling),
      most: 1 / 0.3,
    },
  ];
}

export const firehoseBenchmark: Benchmark = {
  name: "firehose",
  description: "an hour of records through the local Firehose, against what it costs at the least",
  run,
};

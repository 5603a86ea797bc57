import { join } from "node:path";
import { alternate, type Benchmark, type BenchmarkOptions, type Figure, ratios } from "../harness";
import { type Message, Part } from "../part";
import { recordsPerHour } from "./hour";

const program = (name: string) => join(__dirname, name);

function expectRows({ rows }: Message, records: number): void {
  if (rows !== records) throw new Error(`${String(rows)} of ${records} records became rows`);
}

/** Milliseconds of the work that no Firehose could avoid. */
async function ceiling(records: number): Promise<number> {
  const part = new Part(program("ceiling-process.ts"), String(records));
  await part.hear();
  part.tell();
  const result = await part.hear();
  expectRows(result, records);
  return Number(result.milliseconds);
}

interface Passage {
  /** From the first request to the last commit. */
  readonly milliseconds: number;
  /** The most memory that the stream's process ever had. */
  readonly peakMegabytes: number;
}

async function through(client: "http" | "sdk", records: number): Promise<Passage> {
  const stream = new Part(program("stream-process.ts"));
  const { url } = await stream.hear();
  const sender = new Part(program("sender-process.ts"), client, String(url), String(records));
  try {
    await sender.hear();
    const start = process.hrtime.bigint();
    sender.tell();
    await sender.hear();
    stream.tell();
    const { peakKilobytes } = await stream.hear();
    const milliseconds = Number(process.hrtime.bigint() - start) / 1e6;
    expectRows(await stream.hear(), records);
    return { milliseconds, peakMegabytes: (Number(peakKilobytes) * 1024) / 1e6 };
  } finally {
    sender.end();
    stream.end();
  }
}

async function run({ quick, progress }: BenchmarkOptions): Promise<readonly Figure[]> {
  const records = quick ? recordsPerHour / 10 : recordsPerHour;
  const rounds = { warmUp: quick ? 0 : 1, runs: quick ? 1 : 5, progress };
  const { least, http, sdk, small } = await alternate<"least" | "http" | "sdk" | "small", Passage>(
    {
      least: async () => ({ milliseconds: await ceiling(records), peakMegabytes: 0 }),
      http: () => through("http", records),
      sdk: () => through("sdk", records),
      small: () => through("http", records / 5),
    },
    rounds,
  );
  const milliseconds = (passages: readonly Passage[]) => passages.map((passage) => passage.milliseconds);
  const megabytes = (passages: readonly Passage[]) => passages.map((passage) => passage.peakMegabytes);
  return [
    { name: `ceiling: parse, copy and commit ${records} records`, unit: "ms", samples: milliseconds(least) },
    { name: "plain HTTP client, 500 a call, 4 in flight", unit: "ms", samples: milliseconds(http) },
    { name: "SDK v3 client, 500 a call, 4 in flight", unit: "ms", samples: milliseconds(sdk) },
    {
      name: "plain HTTP client's time to the ceiling's (half its speed)",
      unit: "ratio",
      samples: ratios(milliseconds(http), milliseconds(least)),
      most: 1 / 0.5,
    },
    {
      name: "SDK v3 client's time to the ceiling's (0.3 of its speed)",
      unit: "ratio",
      samples: ratios(milliseconds(sdk), milliseconds(least)),
      most: 1 / 0.3,
    },
    { name: "the stream's peak memory", unit: "MB", samples: megabytes(http) },
    {
      name: "its peak memory to that for a fifth of the records",
      unit: "ratio",
      samples: ratios(megabytes(http), megabytes(small)),
      most: 1.5,
    },
  ];
}

export const firehoseBenchmark: Benchmark = {
  name: "firehose",
  description: "an hour of records through the local Firehose, against what it costs at the least",
  run,
};

/** Reads what nobody should have to read, in a process of its own: says the most memory that it took so far. */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { closest } from "../../local/cli/closest";
import { readInstant, stackNameOption, wholeNumber } from "../../local/cli/options";
import { UserError } from "../../local/cli/user-error";
import { parseFaults } from "../../local/firehose/faults";
import { findDeployment } from "../../operations/deployment/deployment-settings";
import type { ErrorObject, ErrorObjects } from "../../operations/errors/error-objects";
import { groupRecords, type Listing } from "../../operations/errors/groups";
import { LineSet } from "../../operations/errors/line-set";
import { readRecords } from "../../operations/errors/read-records";
import { positiveNumber, readRegion } from "../../operations/shell/options";

const mebi = 2 ** 20;

/** An error bucket with one object in it. */
function objects(content: () => Readable): ErrorObjects {
  const object: ErrorObject = { key: "errors/2026/03/04/05/one", bytes: 1, hour: "2026-03-04T05" };
  return {
    location: "memory",
    list: () => Readable.from([object]),
    read: () => Promise.resolve(content()),
    archive: () => Promise.reject(new Error("not here")),
  };
}

const listing = (of: ErrorObjects) => groupRecords(readRecords(of, {}));

/** The same bytes again and again. */
const repeated = (bytes: Buffer, count: number) => () =>
  Readable.from(Array.from({ length: count }, () => bytes));

/** One record a line, each with an error code of its own, a chunk of lines at a time. */
function* recordLines(count: number, perChunk: number, rest: object): Generator<Buffer> {
  const end = `,${JSON.stringify({ rawData: "eA==", ...rest }).slice(1)}\n`;
  for (let n = 0; n < count;) {
    let chunk = "";
    for (const last = n + perChunk; n < last; n++) chunk += `{"errorCode":"Code${n}"${end}`;
    yield Buffer.from(chunk);
  }
}

function refuses(read: () => unknown): boolean {
  try {
    read();
    return false;
  } catch (error) {
    return error instanceof Error;
  }
}

/** Each reads `size` of something and gives what tells that it did. */
const scenarios = {
  "one endless line": async (mib: number) => {
    const { unreadable } = await listing(objects(repeated(Buffer.alloc(mebi, "x"), mib)));
    return unreadable;
  },
  "a gzip object that unpacks to one endless line": async (mib: number) => {
    const member = gzipSync(Buffer.alloc(8 * mebi, "x"));
    const { unreadable } = await listing(objects(repeated(member, mib / 8)));
    return unreadable;
  },
  "lines of ever other error codes": async (thousands: number) => {
    const lines = () => Readable.from(recordLines(thousands * 1000, 1000, {}));
    const { records }: Listing = await listing(objects(lines));
    return records;
  },
  "large records of ever other error codes": async (count: number) => {
    const rawData = randomBytes(mebi).toString("base64");
    const rest = { rawData, errorMessage: "m".repeat(mebi), other: "o".repeat(mebi) };
    const { records } = await listing(objects(() => Readable.from(recordLines(count, 1, rest))));
    return records;
  },
  "line numbers of one object": (thousands: number) => {
    const lines = new LineSet();
    for (let line = 1; line <= thousands * 1000; line++) lines.add(line);
    return Number(lines.has(thousands * 1000));
  },
  "files that describe a deployment": (mib: number) => {
    const directory = mkdtempSync(join(tmpdir(), "reading-"));
    let refused = 0;
    for (const name of ["outputs.json", "terraform.tfvars", "terraform.tfvars.json", "x.auto.tfvars"]) {
      const path = join(directory, name);
      writeFileSync(path, "{");
      truncateSync(path, mib * mebi);
      try {
        findDeployment({}, "deployed", directory, {});
      } catch (error) {
        if (error instanceof UserError) refused++;
      }
      rmSync(path);
    }
    rmSync(directory, { recursive: true });
    return refused;
  },
  flags: (kib: number) => {
    const readers: readonly ((text: string) => unknown)[] = [
      wholeNumber(1, 9),
      positiveNumber,
      readInstant,
      readRegion,
      parseFaults,
      (text) => stackNameOption().parseArg!<unknown>(text, ""),
    ];
    const texts = ["9", "a", "-", "=,"].map((part) => part.repeat((kib * 1024) / part.length));
    for (const text of texts) closest(text, ["--stack-name"]);
    return texts.flatMap((text) => readers.filter((read) => refuses(() => read(text)))).length;
  },
} as const satisfies Readonly<Record<string, (size: number) => number | Promise<number>>>;

export type Scenario = keyof typeof scenarios;
export interface ReadingRequest {
  readonly scenario: Scenario;
  readonly size: number;
}
export interface ReadingReply {
  readonly result: number;
  /** The most memory that the process has had. */
  readonly peakBytes: number;
}

process.on("message", ({ scenario, size }: ReadingRequest) => {
  void (async () => {
    const result = await scenarios[scenario](size);
    process.send?.({ result, peakBytes: process.resourceUsage().maxRSS * 1024 } satisfies ReadingReply);
  })();
});
process.on("disconnect", () => process.exit());

import { join } from "node:path";
import fc from "../../support/fast-check";
import type { Column } from "../../../pipeline/sensor-reading";
import { IcebergDestination } from "../../../local/firehose/iceberg-destination";
import { RecordRules } from "../../../local/firehose/record-rules";
import { ParquetWriter } from "../../../local/iceberg/parquet-writer";
import { IcebergTable } from "../../../local/iceberg/table";
import { ManualClock } from "./manual-clock";
import { failedRecords, openStream, removeTemporaryFolders, temporaryFolder } from "./stream-fixture";
import { readRows, tableRows } from "./table-rows";

const columns: readonly Column[] = [
  { name: "text", type: "string", required: false, meaning: "" },
  { name: "whole", type: "long", required: false, meaning: "" },
  { name: "real", type: "double", required: false, meaning: "" },
  { name: "flag", type: "boolean", required: false, meaning: "" },
];

let writer: ParquetWriter;
beforeAll(async () => {
  writer = await ParquetWriter.open();
});
afterAll(() => {
  writer.close();
});
afterEach(removeTemporaryFolders);

async function intoIceberg() {
  const location = join(temporaryFolder(), "table");
  const table = await IcebergTable.openOrCreate(location, columns);
  const destination = new IcebergDestination(table, writer);
  const clock = new ManualClock();
  const fixture = openStream({ columns, destination, clock });
  return { ...fixture, clock, table };
}

/** A value's JSON text and what a reader of the table should find. */
interface Written {
  readonly json: string;
  readonly value: unknown;
}

const escaped = (text: string) =>
  `"${Array.from({ length: text.length }, (_, n) => `\\u${text.charCodeAt(n).toString(16).padStart(4, "0")}`).join("")}"`;
const string = fc
  .tuple(fc.string({ unit: "binary" }), fc.boolean())
  .map(([value, escape]): Written => ({ json: escape ? escaped(value) : JSON.stringify(value), value }));
const long = fc
  .bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
  .map((value): Written => ({ json: value.toString(), value }));
const digits = (maxLength: number) =>
  fc.array(fc.nat(9), { minLength: 1, maxLength }).map((all) => all.join(""));
const double = fc.oneof(
  fc
    .double({ noNaN: true, noDefaultInfinity: true })
    .map((value): Written => ({ json: Object.is(value, -0) ? "-0.0" : JSON.stringify(value), value })),
  fc
    .tuple(fc.constantFrom("", "-"), digits(40).map(BigInt))
    .map(([sign, integer]) => `${sign}${integer}`)
    .map((json): Written => ({ json, value: Number(json) + 0 })),
  fc
    .tuple(fc.constantFrom("", "-"), fc.nat(1000), digits(30), fc.integer({ min: -320, max: 290 }))
    .map(([sign, whole, fraction, exponent]) => `${sign}${whole}.${fraction}e${exponent}`)
    .map((json): Written => ({ json, value: Number(json) })),
);
const boolean = fc.boolean().map((value): Written => ({ json: String(value), value }));
const orNull = (arbitrary: fc.Arbitrary<Written>) =>
  fc.option(arbitrary, { freq: 6, nil: { json: "null", value: null } });

const space = fc.constantFrom("", "", "", " ", "\t", "\n", "\r\n", "  ");
const extra = fc
  .tuple(
    fc.string({ unit: "binary" }).filter((name) => !columns.some((column) => column.name === name)),
    fc.jsonValue({ maxDepth: 5 }),
  )
  .map(([name, value]) => ({ name, json: JSON.stringify(value) }));

/** A record that fits the columns in every way in which JSON can be written. */
const fittingRecord = fc
  .record(
    { text: orNull(string), whole: orNull(long), real: orNull(double), flag: orNull(boolean) },
    { requiredKeys: [] },
  )
  .filter((fields) => Object.keys(fields).length > 0)
  .chain((fields) =>
    fc.tuple(fc.constant(fields), fc.array(extra, { maxLength: 2 }), fc.infiniteStream(space), fc.nat()),
  )
  .map(([fields, extras, spaces, shift]) => {
    const members = [...Object.entries(fields).map(([name, { json }]) => ({ name, json })), ...extras].map(
      ({ name, json }) => [JSON.stringify(name), json],
    );
    const rotated = [...members.slice(shift % members.length), ...members.slice(0, shift % members.length)];
    const gap = (): string => spaces.next().value as string;
    const text = rotated.map(([name, json]) => `${gap()}${name}${gap()}:${gap()}${json}${gap()}`).join(",");
    const row = Object.fromEntries(
      columns.map(({ name }) => [name, (fields as Record<string, Written>)[name]?.value ?? null]),
    );
    return { bytes: Buffer.from(`${gap()}{${text}}${gap()}`), row };
  });

describe("an accepted record", () => {
  it("reads back from Parquet as what it says, however it was written", async () => {
    const { stream, table } = await intoIceberg();
    await fc.assert(
      fc.asyncProperty(fc.array(fittingRecord, { minLength: 1, maxLength: 40 }), async (written) => {
        stream.putRecords(written.map(({ bytes }) => bytes));
        await stream.flush();

        const [file] = (await table.dataFiles()).slice(-1);
        expect(await readRows([file!.path])).toEqual(written.map(({ row }) => row));
      }),
      { numRuns: 60 },
    );
  });
});

describe("any bytes", () => {
  it("end in the table or in the error bucket, never in both and never nowhere", async () => {
    const { stream, table, errorBucket } = await intoIceberg();
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 60 }).map((array) => Buffer.from(array)),
      fittingRecord.map((fitting) => fitting.bytes),
      fc.tuple(fittingRecord, fc.nat(), fc.nat(255)).map(([fitting, at, byte]) => {
        const changed = Buffer.from(fitting.bytes);
        changed[at % changed.length] = byte;
        return changed;
      }),
      fc.json().map((text) => Buffer.from(text)),
    );
    const rules = new RecordRules(columns);
    const refused: string[] = [];
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(bytes, { minLength: 1, maxLength: 60 }), async (records) => {
        for (const one of records) {
          if (rules.check(one)) refused.push(one.toString("latin1"));
          else accepted++;
        }

        expect(stream.putRecords(records).failures.size).toBe(0);
        await stream.flush();

        expect(stream.counts).toMatchObject({ delivered: accepted, failed: refused.length });
      }),
      { numRuns: 60, endOnFailure: true },
    );
    expect(await tableRows(table)).toHaveLength(accepted);
    expect(failedRecords(errorBucket).sort()).toEqual(refused.sort());
    expect([accepted > 30, refused.length > 30]).toEqual([true, true]);
  });
});

describe("commits", () => {
  it("come one for each flush", async () => {
    const { stream, table } = await intoIceberg();
    for (const n of [1, 2]) {
      stream.putRecords([Buffer.from(`{"whole":${n}}`)]);
      await stream.flush();
    }
    expect(table.snapshots()).toHaveLength(2);
    expect(table.snapshots().map(({ summary }) => summary["added-records"])).toEqual(["1", "1"]);
  });

  it("that fail are tried again without another data file", async () => {
    const { stream, clock, table } = await intoIceberg();
    const append = jest.spyOn(table, "append").mockRejectedValueOnce(new Error("another writer"));
    const written = jest.spyOn(writer, "write");

    stream.putRecords([Buffer.from('{"whole":1}')]);
    const flushed = stream.flush();
    await stream.settled();
    clock.advance(1_000);
    await flushed;

    expect([append.mock.calls.length, written.mock.calls.length]).toEqual([2, 1]);
    expect(await tableRows(table)).toEqual([{ text: null, whole: 1n, real: null, flag: null }]);
    written.mockRestore();
  });

  it("are not repeated after a restart", async () => {
    const { stream, table, errorBucket, reopen } = await intoIceberg();
    stream.putRecords([Buffer.from('{"whole":1}'), Buffer.from("refused")]);
    await stream.close();

    await reopen().flush();
    await reopen().flush();

    expect(await tableRows(table)).toHaveLength(1);
    expect(failedRecords(errorBucket)).toEqual(["refused"]);
  });
});

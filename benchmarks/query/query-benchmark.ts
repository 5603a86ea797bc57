import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { ParquetWriter } from "../../local/iceberg/parquet-writer";
import { IcebergTable } from "../../local/iceberg/table";
import { openTable } from "../../local/query/open-table";
import { QuerySession } from "../../local/query/query-session";
import { savedQueries, sqlFor } from "../../local/query/saved-queries";
import { warehouse } from "../../local/warehouse";
import { capacityOf, defaultWorkload } from "../../operations/estimate/workload";
import { defaultStackName, pipelineNames } from "../../pipeline/names";
import { sensorReadingColumns } from "../../pipeline/sensor-reading";
import { hourOfRecords, recordsPerHour } from "../firehose/hour";
import { alternate, ratios, type Benchmark, type BenchmarkOptions, type Figure } from "../harness";

const names = pipelineNames(defaultStackName);
const queries = savedQueries().map((query) => sqlFor(query, names));

const { flushesPerDay } = capacityOf(defaultWorkload);
/** As many as the deployed stream's buffering makes of them. */
const filesOfDay = Math.round(flushesPerDay);
const filesOfHour = Math.round(flushesPerDay / 24);

/** @returns the location of a table with so many data files */
async function hourInTable(directory: string, records: number, dataFiles: number): Promise<string> {
  const { tableLocation } = warehouse(join(directory, `${dataFiles}-files`), names);
  const table = await IcebergTable.openOrCreate(tableLocation, sensorReadingColumns);
  const writer = await ParquetWriter.open();
  const hour = hourOfRecords(records);
  const perFile = records / dataFiles;
  for (let n = 0; n < dataFiles; n += 1) {
    const path = join(directory, "buffer.ndjson");
    writeFileSync(path, Buffer.concat(hour.slice(n * perFile, (n + 1) * perFile)));
    await table.append([await writer.write(path, table)]);
  }
  writer.close();
  return tableLocation;
}

/** Milliseconds from the metadata on disk to the four answers. */
async function asked(tableLocation: string): Promise<number> {
  const start = performance.now();
  const session = await QuerySession.open(names, await openTable(tableLocation));
  for (const sql of queries) await session.run(sql);
  session.close();
  return performance.now() - start;
}

/** Milliseconds of the same SQL on the same files, in DuckDB as it comes: no catalog, no field ids, no lock. */
async function plain(files: readonly string[]): Promise<number> {
  const start = performance.now();
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const list = files.map((file) => `'${file.replaceAll("'", "''")}'`).join(", ");
  await connection.run(`CREATE VIEW readings AS SELECT * FROM read_parquet([${list}])`);
  await connection.run("CREATE MACRO from_unixtime(seconds) AS to_timestamp(seconds)");
  for (const sql of queries) await connection.runAndReadAll(sql.replaceAll(names.athenaTable, "readings"));
  connection.closeSync();
  instance.closeSync();
  return performance.now() - start;
}

async function run({ quick, progress }: BenchmarkOptions): Promise<readonly Figure[]> {
  const records = quick ? recordsPerHour / 10 : recordsPerHour;
  const directory = mkdtempSync(join(tmpdir(), "query-benchmark-"));
  try {
    progress("writing the tables");
    const location = await hourInTable(directory, records, filesOfHour);
    const inOneFile = await hourInTable(directory, records, 1);
    const inManyFiles = await hourInTable(directory, records, filesOfDay);
    const { files } = await openTable(location);
    const samples = await alternate(
      {
        session: () => asked(location),
        plain: () => plain(files),
        one: () => asked(inOneFile),
        many: () => asked(inManyFiles),
      },
      { warmUp: 1, runs: quick ? 3 : 15, progress },
    );
    return [
      {
        name: `four queries over ${quick ? "a tenth of an hour" : "an hour"}: ${records} rows in ${filesOfHour} files`,
        unit: "ms",
        samples: samples.session,
      },
      { name: "the same in DuckDB as it comes", unit: "ms", samples: samples.plain },
      {
        name: "the locked Athena-like session's time to plain DuckDB's",
        unit: "ratio",
        samples: ratios(samples.session, samples.plain),
        most: 2,
      },
      { name: "the same rows in one data file", unit: "ms", samples: samples.one },
      {
        name: `the same rows in ${filesOfDay} data files, as many as a day's commits`,
        unit: "ms",
        samples: samples.many,
      },
      {
        name: `${filesOfDay} data files' time to one's`,
        unit: "ratio",
        samples: ratios(samples.many, samples.one),
      },
    ];
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

export const queryBenchmark: Benchmark = {
  name: "query",
  description:
    "the four queries over an hour of rows, against DuckDB without the session around it; few files and many",
  run,
};

import type { FailedRecord } from "../../../operations/errors/failed-record";
import { groupRecords, mostGroups } from "../../../operations/errors/groups";
import type { Reading } from "../../../operations/errors/read-records";
import { listingJson, listingReport } from "../../../operations/errors/report";

const object = { key: "errors/one", bytes: 1, hour: "2026-03-04T05" };
const small: FailedRecord = { data: Buffer.from("x"), errorCode: "Code", errorMessage: "why", other: {} };

function listing(records: readonly Partial<FailedRecord>[]) {
  const readings = records.map((record, index): Reading => ({
    kind: "record",
    place: { object, line: index + 1 },
    record: { ...small, ...record },
  }));
  return groupRecords(
    (async function* () {
      yield* await Promise.resolve(readings);
    })(),
  );
}

it("keeps a record of ordinary size whole", async () => {
  const record = { ...small, attemptsMade: 1, arrivalTimestamp: 5, other: { subErrors: ["one"] } };

  const { groups } = await listing([record]);

  expect(groups[0]?.example.record).toEqual(record);
});

it("keeps the beginning of a large one, and says so", async () => {
  const { groups } = await listing([
    {
      data: Buffer.alloc(2 ** 20, "x"),
      errorMessage: "m".repeat(2 ** 20),
      errorCode: "c".repeat(2 ** 20),
      arrivalTimestamp: 5,
      other: { field: "o".repeat(2 ** 20) },
    },
  ]);

  expect(groups).toEqual([
    {
      errorCode: `${"c".repeat(1000)}...`,
      hour: object.hour,
      records: 1,
      example: {
        number: 1,
        place: { object, line: 1 },
        record: {
          data: Buffer.alloc(4096, "x"),
          errorMessage: `${"m".repeat(1000)}...`,
          errorCode: `${"c".repeat(1000)}...`,
          arrivalTimestamp: 5,
          other: {},
          shortened: true,
        },
      },
    },
  ]);
});

it("counts records of ever other codes without keeping them", async () => {
  const codes = Array.from({ length: mostGroups + 2 }, (_, n) => ({ errorCode: `Code${n}` }));

  const found = await listing([...codes, { errorCode: "Code0" }]);

  expect(found.groups).toHaveLength(mostGroups);
  expect(found).toMatchObject({ records: mostGroups + 3, ungrouped: 2 });
  expect(found.groups[0]?.records).toBe(2);
  expect(listingJson(found, "s3://bucket")).toMatchObject({ ungrouped: 2 });
  expect(listingReport(found, "s3://bucket", "npm run errors --", (_, text) => text)).toContain(
    "2 records of yet other codes and hours: look at fewer with --code, --since and --until",
  );
});

import fc from "../../support/fast-check";
import { readFailedRecord } from "../../../operations/errors/failed-record";

const line = (fields: object) => JSON.stringify(fields);
const rawData = Buffer.from("data").toString("base64");

it("takes the fields in any spelling, and keeps what it does not know", () => {
  const record = readFailedRecord(
    line({
      RawData: rawData,
      error_code: "A",
      ERRORMESSAGE: "B",
      AttemptsMade: "4",
      arrivalTimestamp: 5,
      EventId: "e",
    }),
  );

  expect(record).toEqual({
    data: Buffer.from("data"),
    errorCode: "A",
    errorMessage: "B",
    attemptsMade: 4,
    arrivalTimestamp: 5,
    other: { EventId: "e" },
  });
});

it("needs nothing but the data", () => {
  expect(readFailedRecord(line({ rawData }))).toMatchObject({ errorCode: "unknown", errorMessage: "" });
});

it.each<[unknown]>([[null], [true], [""], ["many"], [[]], [{ toString: 0 }]])(
  "leaves out a number that is %j",
  (attemptsMade) => {
    const record = readFailedRecord(line({ rawData, attemptsMade, arrivalTimestamp: 5 }));

    expect(record).toHaveProperty("arrivalTimestamp", 5);
    expect(record).not.toHaveProperty("attemptsMade");
  },
);

it.each([
  ["no JSON", "{", "it is not JSON"],
  ["two objects on a line", `${line({ rawData })}${line({ rawData })}`, "it is not JSON"],
  ["no object", "[]", "it is not a JSON object"],
  ["no data", line({ errorCode: "A" }), "it has no rawData"],
  ["data that is no text", line({ rawData: 5 }), "it has no rawData"],
  ["data that is not base64", line({ rawData: "§§" }), "its rawData is not base64"],
])("rejects %s", (_, text, reason) => {
  expect(readFailedRecord(text)).toEqual({ reason });
});

it("throws on no text at all", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      expect(readFailedRecord(text)).toBeInstanceOf(Object);
    }),
  );
});

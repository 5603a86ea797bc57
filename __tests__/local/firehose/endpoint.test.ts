import { putRecordBatchLimits } from "../../../pipeline/firehose-limits";
import { ServiceUnavailableError } from "../../../local/firehose/delivery-stream";
import {
  batch,
  closeEndpoints,
  data,
  DeliveryStreamName,
  expectError,
  listening,
  RecordingStream,
  withStream,
} from "./endpoint-fixture";
import { names } from "./stream-fixture";

afterEach(closeEndpoints);

describe("PutRecordBatch", () => {
  it("hands the decoded records over and answers with an id for each", async () => {
    const { stream, invoke } = await withStream();

    const { status, headers, text } = await invoke("PutRecordBatch", batch("a", Buffer.from([0, 255]), ""));

    expect(status).toBe(200);
    expect(JSON.parse(text)).toEqual({
      FailedPutCount: 0,
      Encrypted: false,
      RequestResponses: [{ RecordId: "id-0" }, { RecordId: "id-1" }, { RecordId: "id-2" }],
    });
    expect(stream.calls).toEqual([[Buffer.from("a"), Buffer.from([0, 255]), Buffer.alloc(0)]]);
    expect(headers).toMatchObject({
      "content-type": "application/x-amz-json-1.1",
      "content-length": String(text.length),
      "x-amzn-requestid": "request-1",
    });
    expect(headers).not.toHaveProperty("date");
  });

  it("answers failures in the order of the records", async () => {
    const { stream, invoke } = await withStream();
    const failure = { errorCode: "ServiceUnavailableException", errorMessage: "Slow down." } as const;
    stream.outcome = { recordIdPrefix: "id-", failures: new Map([[1, failure]]) };

    const { status, text } = await invoke("PutRecordBatch", batch("a", "b", "c"));

    expect(status).toBe(200);
    expect(JSON.parse(text)).toEqual({
      FailedPutCount: 1,
      Encrypted: false,
      RequestResponses: [
        { RecordId: "id-0" },
        { ErrorCode: "ServiceUnavailableException", ErrorMessage: "Slow down." },
        { RecordId: "id-2" },
      ],
    });
  });

  it("takes as many records as documented and rejects one more", async () => {
    const { stream, invoke } = await withStream();
    const most = putRecordBatchLimits.records;
    const records = Array.from({ length: most + 1 }, (_, n) => String(n));

    expect((await invoke("PutRecordBatch", batch(...records.slice(1)))).status).toBe(200);
    expectError(
      await invoke("PutRecordBatch", batch(...records)),
      "ValidationException",
      "'records' .* less than or equal to 500",
    );
    expect(stream.calls.map(({ length }) => length)).toEqual([most]);
  });

  it("takes a record as large as documented and rejects one that is a byte larger", async () => {
    const { stream, invoke } = await withStream();
    const largest = Buffer.alloc(putRecordBatchLimits.recordBytes, 1);

    expect((await invoke("PutRecordBatch", batch("a", largest))).status).toBe(200);
    expectError(
      await invoke("PutRecordBatch", batch("a", Buffer.concat([largest, Buffer.from("x")]))),
      "ValidationException",
      "'records.2.member.data' .* less than or equal to 1024000",
    );
    expect(stream.calls.map((records) => records[1]!.length)).toEqual([1_024_000]);
  });

  it("takes a call as large as documented and rejects one that is a byte larger", async () => {
    const { stream, invoke } = await withStream();
    const quarter = Buffer.alloc(putRecordBatchLimits.bytes / 8, 1);
    const eight = Array.from({ length: 8 }, () => quarter);

    expect((await invoke("PutRecordBatch", batch(...eight))).status).toBe(200);
    expectError(
      await invoke("PutRecordBatch", batch(...eight, "x")),
      "InvalidArgumentException",
      "size exceeds 4 MB",
    );
    expect(stream.calls).toHaveLength(1);
  });

  it.each([
    ["no records", { DeliveryStreamName, Records: [] }, "ValidationException", "greater than or equal to 1"],
    ["records missing", { DeliveryStreamName }, "ValidationException", "'records' .* not be null"],
    ["records null", { DeliveryStreamName, Records: null }, "ValidationException", "not be null"],
    ["records no list", { DeliveryStreamName, Records: {} }, "SerializationException", "not a list"],
    ["a record null", { DeliveryStreamName, Records: [null] }, "ValidationException", "records.1.member"],
    [
      "a record no structure",
      { DeliveryStreamName, Records: ["YQ=="] },
      "SerializationException",
      "structure",
    ],
    ["data missing", { DeliveryStreamName, Records: [{}] }, "ValidationException", "records.1.member.data"],
    ["data a number", { DeliveryStreamName, Records: [{ Data: 1 }] }, "SerializationException", "base64"],
    [
      "data not base64",
      { DeliveryStreamName, Records: [{ Data: "a b=" }] },
      "SerializationException",
      "base64",
    ],
    [
      "data not padded",
      { DeliveryStreamName, Records: [{ Data: "YQ" }] },
      "SerializationException",
      "base64",
    ],
    [
      "data padded inside",
      { DeliveryStreamName, Records: [{ Data: "YQ==YQ==" }] },
      "SerializationException",
      "",
    ],
    [
      "URL-safe base64",
      { DeliveryStreamName, Records: [{ Data: "__--" }] },
      "SerializationException",
      "base64",
    ],
    ["no name", { Records: [data("a")] }, "ValidationException", "'deliveryStreamName' .* not be null"],
    ["an empty name", { DeliveryStreamName: "", Records: [data("a")] }, "ValidationException", "length"],
    ["a long name", { DeliveryStreamName: "a".repeat(65), Records: [] }, "ValidationException", "64"],
    ["a bad name", { DeliveryStreamName: "a b", Records: [data("a")] }, "ValidationException", "pattern"],
    ["a name of another type", { DeliveryStreamName: 1, Records: [] }, "SerializationException", "string"],
    [
      "another stream",
      { DeliveryStreamName: "other", Records: [data("a")] },
      "ResourceNotFoundException",
      "other",
    ],
  ])("rejects %s", async (_, input, type, message) => {
    const { stream, invoke } = await withStream();
    expectError(await invoke("PutRecordBatch", input), type, message);
    expect(stream.calls).toEqual([]);
  });

  it("fails as a whole when the stream takes nothing", async () => {
    const { stream, invoke } = await withStream();
    stream.outcome = new ServiceUnavailableError("Slow down.");
    expectError(await invoke("PutRecordBatch", batch("a")), "ServiceUnavailableException", "Slow down", 500);
  });

  it("fails without a word about our own errors, and reports them", async () => {
    const errors: unknown[] = [];
    const { stream, invoke } = await withStream({ onInternalError: (error) => errors.push(error) });
    stream.outcome = new Error("/secret/path");
    const answer = await invoke("PutRecordBatch", batch("a"));
    expectError(answer, "InternalFailure", "internal error", 500);
    expect(answer.text).not.toContain("secret");
    expect(errors).toEqual([stream.outcome]);
  });
});

describe("PutRecord", () => {
  it("hands one record over", async () => {
    const { stream, invoke } = await withStream();
    const { text } = await invoke("PutRecord", { DeliveryStreamName, Record: data("a") });
    expect(JSON.parse(text)).toEqual({ RecordId: "id-0", Encrypted: false });
    expect(stream.calls).toEqual([[Buffer.from("a")]]);
  });

  it("takes a record as large as documented and rejects one that is a byte larger", async () => {
    const { invoke } = await withStream();
    const put = (bytes: number) =>
      invoke("PutRecord", { DeliveryStreamName, Record: data(Buffer.alloc(bytes)) });
    expect((await put(putRecordBatchLimits.recordBytes)).status).toBe(200);
    expectError(await put(putRecordBatchLimits.recordBytes + 1), "ValidationException", "'record.data'");
  });

  it("rejects a call without a record", async () => {
    const { invoke } = await withStream();
    expectError(await invoke("PutRecord", { DeliveryStreamName }), "ValidationException", "'record' .* null");
  });

  it("fails when its record is throttled", async () => {
    const { stream, invoke } = await withStream();
    const failure = { errorCode: "ServiceUnavailableException", errorMessage: "Slow down." } as const;
    stream.outcome = { recordIdPrefix: "id-", failures: new Map([[0, failure]]) };
    const answer = await invoke("PutRecord", { DeliveryStreamName, Record: data("a") });
    expectError(answer, "ServiceUnavailableException", "Slow down", 500);
  });
});

describe("the other operations", () => {
  it("describe the stream", async () => {
    const { invoke } = await withStream();
    const { text } = await invoke("DescribeDeliveryStream", { DeliveryStreamName });
    expect(JSON.parse(text)).toMatchObject({
      DeliveryStreamDescription: {
        DeliveryStreamName,
        DeliveryStreamARN: `arn:aws:firehose:us-east-1:000000000000:deliverystream/${DeliveryStreamName}`,
        DeliveryStreamStatus: "ACTIVE",
        DeliveryStreamType: "DirectPut",
        CreateTimestamp: 1_767_000_000.5,
        Destinations: [
          {
            IcebergDestinationDescription: {
              BufferingHints: { SizeInMBs: 7, IntervalInSeconds: 77 },
              RetryOptions: { DurationInSeconds: 777 },
              DestinationTableConfigurationList: [
                { DestinationDatabaseName: names.namespace, DestinationTableName: names.table },
              ],
            },
          },
        ],
      },
    });
  });

  it("reject the description of a stream that is not there", async () => {
    const { invoke } = await withStream();
    const answer = await invoke("DescribeDeliveryStream", { DeliveryStreamName: "other" });
    expectError(answer, "ResourceNotFoundException", "other");
  });

  it("list streams, a page at a time", async () => {
    const { invoke } = await listening(["b", "c", "a"].map((name) => new RecordingStream(name)));
    const list = async (input: unknown) =>
      JSON.parse((await invoke("ListDeliveryStreams", input)).text) as unknown;
    expect(await list({})).toEqual({ DeliveryStreamNames: ["a", "b", "c"], HasMoreDeliveryStreams: false });
    expect(await list("")).toEqual({ DeliveryStreamNames: ["a", "b", "c"], HasMoreDeliveryStreams: false });
    expect(await list({ Limit: 2 })).toEqual({
      DeliveryStreamNames: ["a", "b"],
      HasMoreDeliveryStreams: true,
    });
    expect(await list({ ExclusiveStartDeliveryStreamName: "b" })).toMatchObject({
      DeliveryStreamNames: ["c"],
    });
    expect(await list({ DeliveryStreamType: "MSKAsSource" })).toMatchObject({ DeliveryStreamNames: [] });
  });

  it.each([[0], [10_001], [1.5], ["1"]])("reject a list with the limit %j", async (Limit) => {
    const { invoke } = await withStream();
    expect((await invoke("ListDeliveryStreams", { Limit })).status).toBe(400);
  });
});

it("answers late when told to", async () => {
  const delays: number[] = [];
  const { invoke } = await withStream({
    faults: { slow: () => true },
    delay: (milliseconds) => {
      delays.push(milliseconds);
      return Promise.resolve();
    },
  });
  expect((await invoke("PutRecordBatch", batch("a"))).status).toBe(200);
  expect(delays).toEqual([300]);
});

import { DeliveryStream, type DeliveryStreamProps } from "../../constructs/delivery-stream";
import { Synthesized } from "../support/synthesized";

function synthesize(props: Partial<DeliveryStreamProps> = {}): Synthesized {
  return Synthesized.scope((stack) => {
    new DeliveryStream(stack, "delivery-stream", {
      streamName: "my-stack",
      roleArn: "arn:aws:iam::123456789012:role/my-stack-delivery",
      catalogArn: "arn:aws:glue:us-east-1:123456789012:catalog/s3tablescatalog/my-stack",
      namespaceName: "my_stack",
      tableName: "my_stack",
      errorBucketArn: "arn:aws:s3:::my-stack-errors",
      errorPrefix: "errors/",
      bufferingSizeMib: 5,
      bufferingIntervalSeconds: 300,
      retryDurationSeconds: 300,
      logGroupName: "/aws/kinesisfirehose/my-stack",
      logRetentionDays: 14,
      dependsOn: [],
      ...props,
    });
  });
}

describe("delivery stream", () => {
  const synthesized = synthesize();
  const stream = synthesized.resource("aws_kinesis_firehose_delivery_stream");

  it("writes to the table in the bucket's catalog, append only", () => {
    expect(stream).toMatchObject({ name: "my-stack", destination: "iceberg" });
    expect(stream.iceberg_configuration).toMatchObject({
      append_only: true,
      catalog_arn: "arn:aws:glue:us-east-1:123456789012:catalog/s3tablescatalog/my-stack",
      destination_table_configuration: [{ database_name: "my_stack", table_name: "my_stack" }],
      retry_duration: 300,
    });
  });

  it("buffers 5 MB or 300 s, for rows and for failed records", () => {
    const hints = { buffering_size: 5, buffering_interval: 300 };

    expect(stream.iceberg_configuration).toMatchObject(hints);
    expect(stream.iceberg_configuration.s3_configuration).toMatchObject(hints);
  });

  it("keeps failed records only, under errors/, where Firehose appends iceberg-failed/", () => {
    expect(stream.iceberg_configuration.s3_backup_mode).toBe("FailedDataOnly");
    expect(stream.iceberg_configuration.s3_configuration).toMatchObject({
      bucket_arn: "arn:aws:s3:::my-stack-errors",
      prefix: "errors/",
    });
    expect(stream.iceberg_configuration.s3_configuration).not.toHaveProperty("error_output_prefix");
  });

  it("logs delivery errors to streams of its own group, with a retention", () => {
    const logsTo = (name: string) => ({
      enabled: true,
      log_group_name: "${aws_cloudwatch_log_group.delivery_log_group.name}",
      log_stream_name: `\${aws_cloudwatch_log_stream.${name}.name}`,
    });

    expect(synthesized.resource("aws_cloudwatch_log_group")).toEqual({
      name: "/aws/kinesisfirehose/my-stack",
      retention_in_days: 14,
    });
    expect(stream.iceberg_configuration.cloudwatch_logging_options).toEqual(logsTo("delivery_log_stream"));
    expect(stream.iceberg_configuration.s3_configuration.cloudwatch_logging_options).toEqual(
      logsTo("backup_log_stream"),
    );
  });

  it("encrypts buffered records with a key that needs no permission", () => {
    expect(stream.server_side_encryption).toEqual({ enabled: true, key_type: "AWS_OWNED_CMK" });
  });

  it.each([
    [{ bufferingSizeMib: 0 }, "bufferingSizeMib is 0, but Firehose takes a whole number from 1 to 128"],
    [{ bufferingSizeMib: 129 }, "bufferingSizeMib is 129"],
    [{ bufferingSizeMib: 1.5 }, "bufferingSizeMib is 1.5"],
    [
      { bufferingIntervalSeconds: 901 },
      "bufferingIntervalSeconds is 901, but Firehose takes a whole number from 0 to 900",
    ],
    [
      { retryDurationSeconds: 7201 },
      "retryDurationSeconds is 7201, but Firehose takes a whole number from 0 to 7200",
    ],
  ])("rejects %j", (props, message) => {
    expect(() => synthesize(props)).toThrow(message);
  });

  it("rejects several bad settings in one error", () => {
    expect(() => synthesize({ bufferingSizeMib: 0, retryDurationSeconds: -1 })).toThrow(
      /bufferingSizeMib.*retryDurationSeconds/,
    );
  });
});

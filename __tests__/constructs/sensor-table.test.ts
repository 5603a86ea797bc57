import { SensorTable, type SensorTableProps } from "../../constructs/sensor-table";
import { sensorReadingColumns } from "../../pipeline/sensor-reading";
import { Synthesized } from "../support/synthesized";

function synthesize(props: Partial<SensorTableProps> = {}): Synthesized {
  return Synthesized.scope((stack) => {
    new SensorTable(stack, "sensor-table", {
      tableBucketName: "my-stack",
      namespaceName: "my_stack",
      tableName: "my_stack",
      columns: sensorReadingColumns,
      encrypted: true,
      keyArn: "arn:aws:kms:us-east-1:123456789012:key/k",
      dependsOn: [],
      ...props,
    });
  });
}

describe("sensor table", () => {
  it("declares the six columns in order, with their Iceberg types", () => {
    const table = synthesize().resource("aws_s3tables_table");

    expect(table).toMatchObject({ name: "my_stack", format: "ICEBERG" });
    expect(table.metadata).toEqual([
      {
        iceberg: [
          {
            schema: [
              {
                field: [
                  { name: "sensor_id", type: "string", required: false },
                  { name: "timestamp", type: "long", required: false },
                  { name: "location", type: "string", required: false },
                  { name: "temperature", type: "double", required: false },
                  { name: "humidity", type: "double", required: false },
                  { name: "pressure", type: "double", required: false },
                ],
              },
            ],
          },
        ],
      },
    ]);
  });

  it("takes whatever columns it is given", () => {
    const [iceberg] = synthesize({
      columns: [{ name: "ok", type: "boolean", required: true, meaning: "" }],
    }).resource("aws_s3tables_table").metadata;

    expect(iceberg.iceberg[0].schema[0].field).toEqual([{ name: "ok", type: "boolean", required: true }]);
  });

  it("lies in the namespace of the bucket, which destroy may empty", () => {
    const synthesized = synthesize();

    expect(synthesized.resource("aws_s3tables_table_bucket")).toMatchObject({
      name: "my-stack",
      force_destroy: true,
    });
    expect(synthesized.resource("aws_s3tables_namespace")).toMatchObject({
      namespace: "my_stack",
      table_bucket_arn: "${aws_s3tables_table_bucket.table_bucket.arn}",
    });
    expect(synthesized.resource("aws_s3tables_table").namespace).toBe(
      "${aws_s3tables_namespace.namespace.namespace}",
    );
  });

  it("always writes both encryption keys, so that the provider sees a complete object", () => {
    expect(synthesize().resource("aws_s3tables_table_bucket").encryption_configuration).toEqual({
      sse_algorithm: '${true ? "aws:kms" : "AES256"}',
      kms_key_arn: '${true ? "arn:aws:kms:us-east-1:123456789012:key/k" : null}',
    });
    expect(
      synthesize({ encrypted: false }).resource("aws_s3tables_table_bucket").encryption_configuration,
    ).toEqual({
      sse_algorithm: '${false ? "aws:kms" : "AES256"}',
      kms_key_arn: '${false ? "arn:aws:kms:us-east-1:123456789012:key/k" : null}',
    });
  });
});

import { pipelineArns } from "../../pipeline/arns";
import { pipelineNames } from "../../pipeline/names";

const arns = pipelineArns(pipelineNames("my-stack"), {
  partition: "aws-us-gov",
  region: "us-gov-west-1",
  account: "123456789012",
});

describe("ARNs", () => {
  it("names the table bucket, its catalog and the stream in the deployment's partition", () => {
    expect(arns.tableBucket).toBe("arn:aws-us-gov:s3tables:us-gov-west-1:123456789012:bucket/my-stack");
    expect(arns.tableBucketCatalog).toBe(
      "arn:aws-us-gov:glue:us-gov-west-1:123456789012:catalog/s3tablescatalog/my-stack",
    );
    expect(arns.deliveryStream).toBe(
      "arn:aws-us-gov:firehose:us-gov-west-1:123456789012:deliverystream/my-stack",
    );
    expect(arns.errorBucket).toBe("arn:aws-us-gov:s3:::my-stack-errors");
  });

  it("names the log streams of each log group", () => {
    expect(arns.deliveryLogStreams).toBe(
      "arn:aws-us-gov:logs:us-gov-west-1:123456789012:log-group:/aws/kinesisfirehose/my-stack:log-stream:*",
    );
    expect(arns.generatorLogStreams).toBe(
      "arn:aws-us-gov:logs:us-gov-west-1:123456789012:log-group:/aws/lambda/my-stack-data-generator:*",
    );
  });

  it("names this namespace and table alone in Glue, in both forms, without a wildcard", () => {
    const resources = arns.glueResources.map((arn) => arn.split(":").slice(5).join(":"));

    expect(resources).toEqual([
      "catalog",
      "catalog/s3tablescatalog",
      "catalog/s3tablescatalog/my-stack",
      "database/s3tablescatalog/my-stack/my_stack",
      "database/my_stack",
      "table/s3tablescatalog/my-stack/my_stack/my_stack",
      "table/my_stack/my_stack",
    ]);
  });
});

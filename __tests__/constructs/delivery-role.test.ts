import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { DeliveryPermissions } from "../../constructs/delivery-permissions";
import { DeliveryRole } from "../../constructs/delivery-role";
import { Synthesized } from "../support/synthesized";

describe("delivery role", () => {
  const synthesized = Synthesized.scope((stack) => {
    new DeliveryRole(stack, "delivery-role", { roleName: "demo-delivery", account: "123456789012" });
  });

  it("is assumed by Firehose alone, for this account where Firehose says for whom", () => {
    expect(synthesized.statements("delivery_role_trust")).toEqual([
      {
        sid: "FirehoseOfThisAccountOnly",
        actions: ["sts:AssumeRole"],
        principals: [{ type: "Service", identifiers: ["firehose.amazonaws.com"] }],
        condition: [
          { test: "StringEqualsIfExists", variable: "aws:SourceAccount", values: ["123456789012"] },
        ],
      },
    ]);
    expect(synthesized.resource("aws_iam_role").assume_role_policy).toBe(
      "${data.aws_iam_policy_document.delivery_role_trust.json}",
    );
  });
});

describe("delivery permissions", () => {
  const bucket = "arn:aws:s3tables:us-east-1:123456789012:bucket/demo";
  const synthesized = Synthesized.scope((stack) => {
    new DeliveryPermissions(stack, "delivery-permissions", {
      role: new IamRole(stack, "delivery_role", { assumeRolePolicy: "{}" }),
      tableBucketArn: bucket,
      glueResources: ["arn:aws:glue:us-east-1:123456789012:catalog"],
      errorBucketArn: "arn:aws:s3:::demo-errors",
      logStreamsArn: "arn:aws:logs:us-east-1:123456789012:log-group:/aws/kinesisfirehose/demo:log-stream:*",
      encrypted: false,
      keyArn: "arn:aws:kms:us-east-1:123456789012:key/k",
      s3ServiceEndpoint: "s3.us-east-1.amazonaws.com",
    });
  });
  const statements = synthesized.statements("delivery_permissions");

  it("appends to the tables of this bucket, where IAM decides", () => {
    expect(statements[0]).toEqual({
      sid: "AppendToTableInIamMode",
      actions: [
        "s3tables:GetTableBucket",
        "s3tables:GetNamespace",
        "s3tables:GetTable",
        "s3tables:GetTableData",
        "s3tables:GetTableMetadataLocation",
        "s3tables:PutTableData",
        "s3tables:UpdateTableMetadataLocation",
      ],
      resources: [bucket, `${bucket}/table/*`],
    });
  });

  it("finds the table in Glue and moves it to new snapshots", () => {
    expect(statements[1]).toEqual({
      sid: "FindAndUpdateTableInCatalog",
      actions: [
        "glue:GetDatabase",
        "glue:GetDatabases",
        "glue:GetTable",
        "glue:GetTables",
        "glue:UpdateTable",
      ],
      resources: ["arn:aws:glue:us-east-1:123456789012:catalog"],
    });
  });

  it("gets credentials where Lake Formation decides; AWS knows no narrower resource for that", () => {
    expect(statements[2]).toEqual({
      sid: "GetCredentialsInLakeFormationMode",
      actions: ["lakeformation:GetDataAccess"],
      resources: ["*"],
    });
  });

  it("writes failed records to the error bucket", () => {
    expect(statements[3]).toEqual({
      sid: "InspectErrorBucket",
      actions: ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"],
      resources: ["arn:aws:s3:::demo-errors"],
    });
    expect(statements[4]).toEqual({
      sid: "WriteFailedRecords",
      actions: ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"],
      resources: ["arn:aws:s3:::demo-errors/*"],
    });
  });

  it("reports errors to its own log streams, and may do nothing else", () => {
    expect(statements[5]).toEqual({
      sid: "ReportDeliveryErrors",
      actions: ["logs:PutLogEvents"],
      resources: ["arn:aws:logs:us-east-1:123456789012:log-group:/aws/kinesisfirehose/demo:log-stream:*"],
    });
    expect(statements).toHaveLength(6);
  });

  it("uses the key in a policy of its own, which exists only with encryption", () => {
    expect(synthesized.policyDocument("delivery_encryption_permissions")).toMatchObject({
      count: "${false ? 1 : 0}",
      statement: [
        {
          sid: "UseKeyForTableAndFailedRecords",
          actions: ["kms:Decrypt", "kms:GenerateDataKey"],
          resources: ["arn:aws:kms:us-east-1:123456789012:key/k"],
          condition: [
            { test: "StringEquals", variable: "kms:ViaService", values: ["s3.us-east-1.amazonaws.com"] },
            {
              test: "StringLike",
              variable: "kms:EncryptionContext:aws:s3:arn",
              values: [`${bucket}/*`, "arn:aws:s3:::demo-errors", "arn:aws:s3:::demo-errors/*"],
            },
          ],
        },
      ],
    });
    expect(synthesized.json.resource.aws_iam_role_policy.delivery_encryption_policy).toMatchObject({
      count: "${false ? 1 : 0}",
      policy: "${one(data.aws_iam_policy_document.delivery_encryption_permissions[*].json)}",
    });
  });

  it("never mentions the key in the policy that is always there", () => {
    expect(JSON.stringify(statements)).not.toContain("kms:");
  });
});

import { TerraformVariable } from "cdktf";
import { EncryptionKey, type EncryptionKeyProps } from "../../constructs/encryption-key";
import { Synthesized } from "../support/synthesized";

function synthesize(props: Partial<EncryptionKeyProps> = {}): Synthesized {
  return Synthesized.scope((stack) => {
    new EncryptionKey(stack, "encryption-key", {
      enabled: true,
      alias: "alias/demo-s3-key",
      deletionWindowDays: 7,
      account: "123456789012",
      accountRootArn: "arn:aws:iam::123456789012:root",
      s3ServiceEndpoint: "s3.us-east-1.amazonaws.com",
      deliveryRoleArn: "arn:aws:iam::123456789012:role/demo-delivery",
      tableBucketArn: "arn:aws:s3tables:us-east-1:123456789012:bucket/demo",
      errorBucketArn: "arn:aws:s3:::demo-errors",
      usedByAlarms: false,
      ...props,
    });
  });
}

describe("encryption key", () => {
  const synthesized = synthesize();

  it("rotates, waits seven days before deletion and has an alias", () => {
    expect(synthesized.resource("aws_kms_key")).toMatchObject({
      enable_key_rotation: true,
      deletion_window_in_days: 7,
    });
    expect(synthesized.resource("aws_kms_alias")).toMatchObject({ name: "alias/demo-s3-key" });
  });

  it("leaves administration to the account's IAM policies", () => {
    expect(synthesized.statements("encryption_key_policy")[0]).toEqual({
      sid: "AccountDelegatesToItsIamPolicies",
      actions: ["kms:*"],
      principals: [{ type: "AWS", identifiers: ["arn:aws:iam::123456789012:root"] }],
      resources: ["*"],
    });
  });

  it("lets Firehose use it through S3, for the table's and the error bucket's data only", () => {
    expect(synthesized.statements("encryption_key_policy")[1]).toEqual({
      sid: "FirehoseWritesTableAndFailedRecords",
      actions: ["kms:Decrypt", "kms:GenerateDataKey"],
      principals: [{ type: "AWS", identifiers: ["arn:aws:iam::123456789012:role/demo-delivery"] }],
      resources: ["*"],
      condition: [
        { test: "StringEquals", variable: "kms:ViaService", values: ["s3.us-east-1.amazonaws.com"] },
        {
          test: "StringLike",
          variable: "kms:EncryptionContext:aws:s3:arn",
          values: [
            "arn:aws:s3tables:us-east-1:123456789012:bucket/demo/*",
            "arn:aws:s3:::demo-errors",
            "arn:aws:s3:::demo-errors/*",
          ],
        },
      ],
    });
  });

  it("lets S3 Tables' maintenance use it for this table bucket only", () => {
    expect(synthesized.statements("encryption_key_policy")[2]).toEqual({
      sid: "TableMaintenanceCompactsEncryptedFiles",
      actions: ["kms:Decrypt", "kms:GenerateDataKey"],
      principals: [{ type: "Service", identifiers: ["maintenance.s3tables.amazonaws.com"] }],
      resources: ["*"],
      condition: [
        {
          test: "StringLike",
          variable: "kms:EncryptionContext:aws:s3:arn",
          values: ["arn:aws:s3tables:us-east-1:123456789012:bucket/demo/*"],
        },
      ],
    });
  });

  it("has no other statement", () => {
    expect(synthesized.statements("encryption_key_policy")).toHaveLength(3);
  });

  it("lets CloudWatch of this account use it where alarms publish to an encrypted topic", () => {
    const withAlarms = synthesize({ usedByAlarms: true });

    expect(withAlarms.policyDocument("encryption_key_alarm_statement")).toMatchObject({
      count: "${true ? 1 : 0}",
      statement: [
        {
          sid: "AlarmsPublishToEncryptedTopic",
          actions: ["kms:Decrypt", "kms:GenerateDataKey*"],
          principals: [{ type: "Service", identifiers: ["cloudwatch.amazonaws.com"] }],
          resources: ["*"],
          condition: [{ test: "StringEquals", variable: "aws:SourceAccount", values: ["123456789012"] }],
        },
      ],
    });
    expect(withAlarms.policyDocument("encryption_key_policy").source_policy_documents).toBe(
      "${data.aws_iam_policy_document.encryption_key_alarm_statement[*].json}",
    );
  });

  it("has no statement for CloudWatch where no alarm publishes", () => {
    expect(synthesized.policyDocument("encryption_key_alarm_statement").count).toBe("${false ? 1 : 0}");
  });

  it("exists only when the variable says so", () => {
    const byVariable = Synthesized.scope((stack) => {
      const enabled = new TerraformVariable(stack, "enable_encryption", { type: "bool" });
      new EncryptionKey(stack, "encryption-key", {
        ...{ alias: "a", deletionWindowDays: 7, account: "a", accountRootArn: "a", s3ServiceEndpoint: "s" },
        ...{ deliveryRoleArn: "d", tableBucketArn: "t", errorBucketArn: "e", usedByAlarms: false },
        enabled: enabled.booleanValue,
      });
    });

    expect(byVariable.resource("aws_kms_key").count).toBe("${var.enable_encryption ? 1 : 0}");
    expect(byVariable.resource("aws_kms_alias").count).toBe("${var.enable_encryption ? 1 : 0}");
    expect(byVariable.resource("aws_kms_alias").target_key_id).toBe(
      "${one(aws_kms_key.encryption_key[*].key_id)}",
    );
  });
});

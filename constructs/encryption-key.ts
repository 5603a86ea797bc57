import { Construct } from "constructs";
import { DataAwsIamPolicyDocument } from "@cdktf/provider-aws/lib/data-aws-iam-policy-document";
import { KmsAlias } from "@cdktf/provider-aws/lib/kms-alias";
import { KmsKey } from "@cdktf/provider-aws/lib/kms-key";
import { type Condition, attributeList, attributeOrNull, countIf } from "./counted-resource";
import { administerKey, publishToEncryptedTopic, useEncryptionKey } from "./iam-actions";
import { viaS3WithContext } from "./encryption-context";

export interface EncryptionKeyProps {
  /** Whether there is a customer key at all. */
  readonly enabled: Condition;
  /** With the `alias/` prefix. */
  readonly alias: string;
  /** Days between a request to delete the key and its end (7 to 30). */
  readonly deletionWindowDays: number;
  readonly account: string;
  readonly accountRootArn: string;
  /** `s3.REGION.amazonaws.com`, as KMS sees calls that S3 and S3 Tables make for the caller. */
  readonly s3ServiceEndpoint: string;
  /** The role that writes with this key. It must exist before the key: KMS refuses unknown principals. */
  readonly deliveryRoleArn: string;
  /** By string, because the bucket needs the key. */
  readonly tableBucketArn: string;
  readonly errorBucketArn: string;
  /** Whether CloudWatch alarms publish to a topic encrypted with this key. */
  readonly usedByAlarms: Condition;
}

/**
 * The customer key for the table bucket, the error bucket and the alarm topic.
 *
 * S3 Tables checks at CreateTable that its maintenance service may use the key, so the statement for it is not optional.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-tables-kms-permissions.html
 */
export class EncryptionKey extends Construct {
  readonly policy: DataAwsIamPolicyDocument;
  readonly alarmStatement: DataAwsIamPolicyDocument;
  readonly key: KmsKey;
  readonly alias: KmsAlias;
  /** The key's ARN, or null when encryption is off. */
  readonly keyArn: string;

  constructor(scope: Construct, id: string, props: EncryptionKeyProps) {
    super(scope, id);

    this.alarmStatement = new DataAwsIamPolicyDocument(this, "encryption_key_alarm_statement", {
      count: countIf(props.usedByAlarms),
      statement: [
        {
          sid: "AlarmsPublishToEncryptedTopic",
          actions: [...publishToEncryptedTopic],
          principals: [{ type: "Service", identifiers: ["cloudwatch.amazonaws.com"] }],
          // In a key policy "*" is this key.
          resources: ["*"],
          condition: [{ test: "StringEquals", variable: "aws:SourceAccount", values: [props.account] }],
        },
      ],
    });

    this.policy = new DataAwsIamPolicyDocument(this, "encryption_key_policy", {
      sourcePolicyDocuments: attributeList(this.alarmStatement, "json"),
      statement: [
        {
          sid: "AccountDelegatesToItsIamPolicies",
          actions: [...administerKey],
          principals: [{ type: "AWS", identifiers: [props.accountRootArn] }],
          resources: ["*"],
        },
        {
          sid: "FirehoseWritesTableAndFailedRecords",
          actions: [...useEncryptionKey],
          principals: [{ type: "AWS", identifiers: [props.deliveryRoleArn] }],
          resources: ["*"],
          condition: viaS3WithContext(props),
        },
        {
          sid: "TableMaintenanceCompactsEncryptedFiles",
          actions: [...useEncryptionKey],
          principals: [{ type: "Service", identifiers: ["maintenance.s3tables.amazonaws.com"] }],
          resources: ["*"],
          condition: [
            {
              test: "StringLike",
              variable: "kms:EncryptionContext:aws:s3:arn",
              values: [`${props.tableBucketArn}/*`],
            },
          ],
        },
      ],
    });

    this.key = new KmsKey(this, "encryption_key", {
      count: countIf(props.enabled),
      description: `Encrypts the table bucket, the error bucket and the alarm topic of ${props.alias}`,
      enableKeyRotation: true,
      deletionWindowInDays: props.deletionWindowDays,
      policy: this.policy.json,
    });
    this.keyArn = attributeOrNull(this.key, "arn");

    this.alias = new KmsAlias(this, "encryption_key_alias", {
      count: countIf(props.enabled),
      name: props.alias,
      targetKeyId: attributeOrNull(this.key, "key_id"),
    });
  }
}

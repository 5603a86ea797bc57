import type { DataAwsIamPolicyDocumentStatementCondition } from "@cdktf/provider-aws/lib/data-aws-iam-policy-document";

export interface EncryptedStorage {
  readonly s3ServiceEndpoint: string;
  readonly tableBucketArn: string;
  readonly errorBucketArn: string;
}

/**
 * Limits the use of the key to S3's calls for the pipeline's own storage. Table data carries the table's ARN as encryption
 * context; an object in the error bucket carries the bucket's ARN with S3 Bucket Keys, its own ARN without.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-tables-kms-permissions.html
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html
 */
export function viaS3WithContext(storage: EncryptedStorage): DataAwsIamPolicyDocumentStatementCondition[] {
  return [
    { test: "StringEquals", variable: "kms:ViaService", values: [storage.s3ServiceEndpoint] },
    {
      test: "StringLike",
      variable: "kms:EncryptionContext:aws:s3:arn",
      values: [`${storage.tableBucketArn}/*`, storage.errorBucketArn, `${storage.errorBucketArn}/*`],
    },
  ];
}

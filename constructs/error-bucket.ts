import { Construct } from "constructs";
import { DataAwsIamPolicyDocument } from "@cdktf/provider-aws/lib/data-aws-iam-policy-document";
import { S3Bucket } from "@cdktf/provider-aws/lib/s3-bucket";
import { S3BucketLifecycleConfiguration } from "@cdktf/provider-aws/lib/s3-bucket-lifecycle-configuration";
import { S3BucketOwnershipControls } from "@cdktf/provider-aws/lib/s3-bucket-ownership-controls";
import { S3BucketPolicy } from "@cdktf/provider-aws/lib/s3-bucket-policy";
import { S3BucketPublicAccessBlock } from "@cdktf/provider-aws/lib/s3-bucket-public-access-block";
import { S3BucketServerSideEncryptionConfigurationA } from "@cdktf/provider-aws/lib/s3-bucket-server-side-encryption-configuration";
import { S3BucketVersioningA } from "@cdktf/provider-aws/lib/s3-bucket-versioning";
import { Token, conditional } from "cdktf";
import type { Condition } from "./counted-resource";

export interface ErrorBucketProps {
  readonly bucketName: string;
  /** Whether objects are encrypted with the customer key; with a key of S3's own otherwise. */
  readonly encrypted: Condition;
  /** Null when not encrypted with a customer key. */
  readonly keyArn: string;
  readonly abortIncompleteUploadDays: number;
  /** Days that an overwritten or deleted object is kept. */
  readonly noncurrentVersionDays: number;
}

/**
 * Where Firehose puts records that it could not write to the table.
 *
 * Failed records are the only copy of their data: the lifecycle never deletes a current object.
 */
export class ErrorBucket extends Construct {
  readonly bucket: S3Bucket;
  readonly encryption: S3BucketServerSideEncryptionConfigurationA;
  readonly versioning: S3BucketVersioningA;
  readonly publicAccessBlock: S3BucketPublicAccessBlock;
  readonly ownership: S3BucketOwnershipControls;
  readonly policyDocument: DataAwsIamPolicyDocument;
  readonly policy: S3BucketPolicy;
  readonly lifecycleConfiguration: S3BucketLifecycleConfiguration;

  constructor(scope: Construct, id: string, props: ErrorBucketProps) {
    super(scope, id);

    this.bucket = new S3Bucket(this, "error_bucket", { bucket: props.bucketName, forceDestroy: true });
    const bucket = this.bucket.id;

    this.encryption = new S3BucketServerSideEncryptionConfigurationA(this, "error_bucket_encryption", {
      bucket,
      rule: [
        {
          // A bucket key is a KMS data key: there is none to reuse without KMS.
          bucketKeyEnabled: props.encrypted,
          applyServerSideEncryptionByDefault: {
            sseAlgorithm: Token.asString(conditional(props.encrypted, "aws:kms", "AES256")),
            kmsMasterKeyId: Token.asString(conditional(props.encrypted, props.keyArn, Token.nullValue())),
          },
        },
      ],
    });

    this.versioning = new S3BucketVersioningA(this, "error_bucket_versioning", {
      bucket,
      versioningConfiguration: { status: "Enabled" },
    });

    this.publicAccessBlock = new S3BucketPublicAccessBlock(this, "error_bucket_public_access_block", {
      bucket,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });

    this.ownership = new S3BucketOwnershipControls(this, "error_bucket_ownership", {
      bucket,
      rule: { objectOwnership: "BucketOwnerEnforced" },
    });

    this.policyDocument = new DataAwsIamPolicyDocument(this, "error_bucket_policy_document", {
      statement: [
        {
          sid: "DenyUnencryptedTransport",
          effect: "Deny",
          actions: ["s3:*"],
          principals: [{ type: "*", identifiers: ["*"] }],
          resources: [this.bucket.arn, `${this.bucket.arn}/*`],
          condition: [{ test: "Bool", variable: "aws:SecureTransport", values: ["false"] }],
        },
      ],
    });
    this.policy = new S3BucketPolicy(this, "error_bucket_policy", {
      bucket,
      policy: this.policyDocument.json,
      // S3 answers a conflict when both are changed at once.
      dependsOn: [this.publicAccessBlock],
    });

    this.lifecycleConfiguration = new S3BucketLifecycleConfiguration(this, "error_bucket_lifecycle", {
      bucket,
      rule: [
        {
          id: "end-unfinished-uploads",
          status: "Enabled",
          filter: [{ prefix: "" }],
          abortIncompleteMultipartUpload: [{ daysAfterInitiation: props.abortIncompleteUploadDays }],
        },
        {
          id: "end-noncurrent-versions",
          status: "Enabled",
          filter: [{ prefix: "" }],
          noncurrentVersionExpiration: [{ noncurrentDays: props.noncurrentVersionDays }],
        },
      ],
      // A rule for noncurrent versions means nothing before versioning is on.
      dependsOn: [this.versioning],
    });
  }
}

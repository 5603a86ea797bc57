import { ErrorBucket } from "../../constructs/error-bucket";
import { Synthesized } from "../support/synthesized";

function synthesize(encrypted = true): Synthesized {
  return Synthesized.scope((stack) => {
    new ErrorBucket(stack, "error-bucket", {
      bucketName: "demo-errors",
      encrypted,
      keyArn: "arn:aws:kms:us-east-1:123456789012:key/k",
      abortIncompleteUploadDays: 7,
      noncurrentVersionDays: 30,
    });
  });
}

describe("error bucket", () => {
  const synthesized = synthesize();

  it("can be destroyed with what is in it", () => {
    expect(synthesized.resource("aws_s3_bucket")).toEqual({ bucket: "demo-errors", force_destroy: true });
  });

  it("encrypts with the customer key and a bucket key, with S3's own without encryption", () => {
    const rule = (encrypted: boolean) => ({
      bucket_key_enabled: encrypted,
      apply_server_side_encryption_by_default: {
        sse_algorithm: `\${${encrypted} ? "aws:kms" : "AES256"}`,
        kms_master_key_id: `\${${encrypted} ? "arn:aws:kms:us-east-1:123456789012:key/k" : null}`,
      },
    });

    for (const encrypted of [true, false]) {
      expect(
        synthesize(encrypted).resource("aws_s3_bucket_server_side_encryption_configuration").rule,
      ).toEqual([rule(encrypted)]);
    }
  });

  it("keeps versions", () => {
    expect(synthesized.resource("aws_s3_bucket_versioning").versioning_configuration).toEqual({
      status: "Enabled",
    });
  });

  it("blocks public access in all four ways and takes ACLs from nobody", () => {
    expect(synthesized.resource("aws_s3_bucket_public_access_block")).toMatchObject({
      block_public_acls: true,
      block_public_policy: true,
      ignore_public_acls: true,
      restrict_public_buckets: true,
    });
    expect(synthesized.resource("aws_s3_bucket_ownership_controls").rule).toEqual({
      object_ownership: "BucketOwnerEnforced",
    });
  });

  it("refuses every request without TLS", () => {
    const [statement, ...others] = synthesized.statements("error_bucket_policy_document");

    expect(others).toEqual([]);
    expect(statement).toMatchObject({
      sid: "DenyUnencryptedTransport",
      effect: "Deny",
      actions: ["s3:*"],
      principals: [{ type: "*", identifiers: ["*"] }],
      condition: [{ test: "Bool", variable: "aws:SecureTransport", values: ["false"] }],
    });
    expect(statement?.resources).toEqual([
      "${aws_s3_bucket.error_bucket.arn}",
      "${aws_s3_bucket.error_bucket.arn}/*",
    ]);
  });

  it("ends unfinished uploads and old versions, and never deletes a current object", () => {
    const { rule: rules } = synthesized.resource("aws_s3_bucket_lifecycle_configuration");

    expect(rules).toEqual([
      {
        id: "end-unfinished-uploads",
        status: "Enabled",
        filter: [{ prefix: "" }],
        abort_incomplete_multipart_upload: [{ days_after_initiation: 7 }],
      },
      {
        id: "end-noncurrent-versions",
        status: "Enabled",
        filter: [{ prefix: "" }],
        noncurrent_version_expiration: [{ noncurrent_days: 30 }],
      },
    ]);
  });
});

import type { S3Client } from "@aws-sdk/client-s3";
import { pipelineArns } from "../../pipeline/arns";
import { settings } from "../../pipeline/settings";
import type { Deployment } from "../deployment/deployment-settings";
import { AwsCallError, callAws } from "../aws/aws-error";
import { clientSettings } from "../aws/clients";
import { fail, pass, unknown, type CheckResult } from "./check";
import type { Identity } from "./identity";

interface Tag {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
}

const rename = "Choose another stack_name in terraform.tfvars.";

/** Tags that the stack gives to everything: how a bucket of an earlier deploy is told from a stranger. */
function isOfStack(tags: readonly Tag[], stackName: string): boolean {
  const has = (key: string, value: string) => tags.some(({ Key, Value }) => Key === key && Value === value);
  return has("Project", settings.project) && has("Stack", stackName);
}

/** Bucket names are unique in all of AWS: is the error bucket's free, or this stack's already? */
export async function checkErrorBucket({ names, region, deployed }: Deployment): Promise<CheckResult> {
  const { HeadBucketCommand, S3Client } = await import("@aws-sdk/client-s3");
  const s3 = new S3Client(clientSettings(region));
  const bucket = names.errorBucket;
  try {
    await callAws({ action: "s3:ListBucket", region, resource: bucket }, () =>
      s3.send(new HeadBucketCommand({ Bucket: bucket })),
    );
    if (deployed || isOfStack(await bucketTags(s3, bucket, region), names.stack)) {
      return pass(`${bucket} is this stack's already: deploy will update it.`);
    }
    return fail(
      `${bucket} exists in this account, and this stack did not make it.`,
      `${rename} (Or, if it is from a deploy whose state was lost, import or delete it.)`,
    );
  } catch (error) {
    if (!(error instanceof AwsCallError)) throw error;
    if (error.kind === "not-found") return pass(`${bucket} is free.`);
    if (error.kind === "wrong-region") return fail(`${bucket} exists in another Region.`, rename);
    if (error.kind === "access-denied") {
      return fail(
        `${bucket} is taken: by another account, or by this one in a bucket that this identity may not see.`,
        rename,
      );
    }
    return unknown(error.happened, error.whatToDo);
  }
}

async function bucketTags(s3: S3Client, bucket: string, region: string): Promise<readonly Tag[]> {
  const { GetBucketTaggingCommand } = await import("@aws-sdk/client-s3");
  try {
    const { TagSet = [] } = await callAws({ action: "s3:GetBucketTagging", region, resource: bucket }, () =>
      s3.send(new GetBucketTaggingCommand({ Bucket: bucket })),
    );
    return TagSet;
  } catch (error) {
    // NoSuchTagSet: a bucket without tags.
    if (error instanceof AwsCallError && error.kind === "not-found") return [];
    throw error;
  }
}

/** Names of table buckets are unique in an account and Region. */
export async function checkTableBucket(
  { names, region, deployed }: Deployment,
  { account, partition }: Identity,
): Promise<CheckResult> {
  const { GetTableBucketCommand, ListTagsForResourceCommand, S3TablesClient } =
    await import("@aws-sdk/client-s3tables");
  const client = new S3TablesClient(clientSettings(region));
  const bucket = names.tableBucket;
  const { tableBucket: arn } = pipelineArns(names, { partition, region, account });
  try {
    await callAws({ action: "s3tables:GetTableBucket", region, resource: bucket }, () =>
      client.send(new GetTableBucketCommand({ tableBucketARN: arn })),
    );
    const ownTags = async () => {
      const { tags = {} } = await callAws(
        { action: "s3tables:ListTagsForResource", region, resource: bucket },
        () => client.send(new ListTagsForResourceCommand({ resourceArn: arn })),
      );
      return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
    };
    if (deployed || isOfStack(await ownTags(), names.stack)) {
      return pass(`${bucket} is this stack's already: deploy will update it.`);
    }
    return fail(`A table bucket ${bucket} exists in this account, and this stack did not make it.`, rename);
  } catch (error) {
    if (!(error instanceof AwsCallError)) throw error;
    if (error.kind === "not-found") return pass(`${bucket} is free.`);
    return unknown(error.happened, error.whatToDo);
  }
}

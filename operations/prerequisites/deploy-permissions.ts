import { pipelineArns } from "../../pipeline/arns";
import type { Deployment } from "../deployment/deployment-settings";
import type { Identity } from "./identity";

/** Actions on one resource that `npm run deploy` and later plans need. */
export interface NeededPermission {
  readonly actions: readonly string[];
  readonly resource: string;
}

const prefixed = (service: string, actions: string) =>
  actions
    .trim()
    .split(/\s+/)
    .map((action) => `${service}:${action}`);

/**
 * What Terraform's AWS provider calls to create the stack and to read it again, each on the narrowest resource that is
 * known before. Found in the log of an apply of the whole stack; what `destroy` needs on top is not in it.
 */
export function deployPermissions(
  { names, region, variables }: Deployment,
  identity: Identity,
): NeededPermission[] {
  const { partition, account } = identity;
  const arns = pipelineArns(names, { partition, region, account });
  const regional = (service: string, resource: string) =>
    `arn:${partition}:${service}:${region}:${account}:${resource}`;
  const role = (name: string) => `arn:${partition}:iam::${account}:role/${name}`;
  const need = (service: string, resource: string, actions: string): NeededPermission => ({
    resource,
    actions: prefixed(service, actions),
  });
  const roleActions = `CreateRole GetRole PassRole TagRole ListRolePolicies ListAttachedRolePolicies
    PutRolePolicy GetRolePolicy`;
  const lambda = regional("lambda", `function:${names.generatorFunction}`);
  const rule = regional("events", `rule/${names.scheduleRule}`);
  return [
    need(
      "s3tables",
      arns.tableBucket,
      `CreateTableBucket GetTableBucket PutTableBucketEncryption GetTableBucketEncryption
       GetTableBucketMaintenanceConfiguration TagResource ListTagsForResource CreateNamespace GetNamespace CreateTable`,
    ),
    need(
      "s3tables",
      `${arns.tableBucket}/table/*`,
      "GetTable GetTableEncryption GetTableMaintenanceConfiguration",
    ),
    need(
      "s3",
      arns.errorBucket,
      `CreateBucket ListBucket GetBucketLocation GetBucketTagging PutBucketTagging PutEncryptionConfiguration
       GetEncryptionConfiguration PutBucketVersioning GetBucketVersioning PutBucketPublicAccessBlock
       GetBucketPublicAccessBlock PutBucketOwnershipControls GetBucketOwnershipControls PutBucketPolicy GetBucketPolicy
       PutLifecycleConfiguration GetLifecycleConfiguration GetAccelerateConfiguration GetBucketAcl GetBucketCORS
       GetBucketLogging GetBucketObjectLockConfiguration GetBucketRequestPayment GetBucketWebsite
       GetReplicationConfiguration`,
    ),
    need("iam", role(names.deliveryRole), roleActions),
    need("iam", role(names.generatorRole), roleActions),
    need(
      "firehose",
      arns.deliveryStream,
      `CreateDeliveryStream DescribeDeliveryStream ListTagsForDeliveryStream TagDeliveryStream
       StartDeliveryStreamEncryption`,
    ),
    need(
      "lambda",
      lambda,
      `CreateFunction GetFunction ListVersionsByFunction GetFunctionCodeSigningConfig TagResource ListTags AddPermission
       GetPolicy PutFunctionEventInvokeConfig GetFunctionEventInvokeConfig`,
    ),
    need("events", rule, "PutRule DescribeRule PutTargets ListTargetsByRule TagResource ListTagsForResource"),
    ...[names.deliveryLogGroup, names.generatorLogGroup].map((group) =>
      need(
        "logs",
        regional("logs", `log-group:${group}:*`),
        "CreateLogGroup CreateLogStream DescribeLogStreams PutRetentionPolicy TagResource ListTagsForResource",
      ),
    ),
    need("logs", regional("logs", "log-group:*"), "DescribeLogGroups"),
    need(
      "cloudwatch",
      `arn:${partition}:cloudwatch::${account}:dashboard/${names.dashboard}`,
      "PutDashboard GetDashboard",
    ),
    need(
      "cloudwatch",
      regional("cloudwatch", "alarm:*"),
      "PutMetricAlarm DescribeAlarms TagResource ListTagsForResource",
    ),
    ...(variables.enableEncryption
      ? [
          need("kms", "*", "CreateKey ListAliases"),
          need(
            "kms",
            regional("kms", "key/*"),
            `DescribeKey GetKeyPolicy PutKeyPolicy GetKeyRotationStatus EnableKeyRotation ListResourceTags TagResource
             CreateAlias`,
          ),
        ]
      : []),
    ...(variables.alarmEmail
      ? [
          need(
            "sns",
            regional("sns", names.alarmTopic),
            "CreateTopic GetTopicAttributes SetTopicAttributes TagResource ListTagsForResource Subscribe GetSubscriptionAttributes",
          ),
        ]
      : []),
    ...(variables.lakeFormationGrants
      ? [need("lakeformation", "*", "GrantPermissions RevokePermissions")]
      : []),
  ];
}

import type { PipelineNames } from "./names";

/** Where the pipeline is deployed. */
export interface Deployment {
  /** `aws`, `aws-cn`, `aws-us-gov` ... */
  readonly partition: string;
  readonly region: string;
  /** Twelve digits. */
  readonly account: string;
}

/**
 * ARNs that are needed before their resource exists, or that have no resource of their own.
 * Built as strings because a reference would be a cycle (the key policy names the bucket that the key encrypts).
 */
export interface PipelineArns {
  readonly accountRoot: string;
  readonly tableBucket: string;
  readonly errorBucket: string;
  readonly deliveryStream: string;
  readonly tableBucketCatalog: string;
  /**
   * The Glue resources that a call on this table may be evaluated against: the account's catalog, the federated
   * catalog, this bucket's catalog, and the namespace and table in the federated and in the plain form.
   * https://docs.aws.amazon.com/glue/latest/dg/s3tables-catalog-prerequisites.html
   */
  readonly glueResources: readonly string[];
  readonly deliveryLogStreams: string;
  readonly generatorLogStreams: string;
  readonly alarms: readonly string[];
}

export function pipelineArns(names: PipelineNames, { partition, region, account }: Deployment): PipelineArns {
  const regional = (service: string, resource: string) =>
    `arn:${partition}:${service}:${region}:${account}:${resource}`;
  const glue = (resource: string) => regional("glue", resource);
  const { catalog, namespace, table } = names;
  return {
    accountRoot: `arn:${partition}:iam::${account}:root`,
    tableBucket: regional("s3tables", `bucket/${names.tableBucket}`),
    errorBucket: `arn:${partition}:s3:::${names.errorBucket}`,
    deliveryStream: regional("firehose", `deliverystream/${names.deliveryStream}`),
    tableBucketCatalog: glue(`catalog/${catalog}`),
    glueResources: [
      glue("catalog"),
      glue("catalog/s3tablescatalog"),
      glue(`catalog/${catalog}`),
      glue(`database/${catalog}/${namespace}`),
      glue(`database/${namespace}`),
      glue(`table/${catalog}/${namespace}/${table}`),
      glue(`table/${namespace}/${table}`),
    ],
    deliveryLogStreams: regional("logs", `log-group:${names.deliveryLogGroup}:log-stream:*`),
    // CreateLogStream is checked against the group, PutLogEvents against the stream; both ARNs begin so.
    generatorLogStreams: regional("logs", `log-group:${names.generatorLogGroup}:*`),
    alarms: Object.values(names.alarms).map((alarm) => regional("cloudwatch", `alarm:${alarm}`)),
  };
}

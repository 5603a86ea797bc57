/** One rule that a stack name must keep. */
export interface StackNameRule {
  /** The same text works as a JavaScript and as a Terraform (RE2) regular expression. */
  readonly pattern: string;
  /** Whether a good name matches the pattern or must not match it. */
  readonly goodNameMatches: boolean;
  readonly rule: string;
}

export const defaultStackName = "firehosetos3demo";

/**
 * What a stack name must look like, so that every name derived from it is valid.
 * 49 is Lambda's 64 less the length of "-data-generator".
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-tables-buckets-naming.html
 */
export const stackNameRules: readonly StackNameRule[] = [
  {
    pattern: "^.{3,49}$",
    goodNameMatches: true,
    rule: "stack_name must be 3 to 49 characters long",
  },
  {
    pattern: "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$",
    goodNameMatches: true,
    rule: "stack_name may hold only lowercase letters, digits and hyphens, and must begin and end with a letter or digit",
  },
  {
    pattern: "^(aws|xn--|sthree-|amzn-s3-demo-)",
    goodNameMatches: false,
    rule: 'stack_name must not begin with "aws", "xn--", "sthree-" or "amzn-s3-demo-", which S3 reserves',
  },
  {
    pattern: "(-s3alias|--ol-s3|--x-s3|--table-s3)$",
    goodNameMatches: false,
    rule: 'stack_name must not end with "-s3alias", "--ol-s3", "--x-s3" or "--table-s3", which S3 reserves',
  },
];

/** The rules that a name breaks, each as one sentence; none when the name is good. */
export function stackNameProblems(stackName: string): string[] {
  return stackNameRules
    .filter(({ pattern, goodNameMatches }) => new RegExp(pattern).test(stackName) !== goodNameMatches)
    .map(({ rule }) => `${rule}; received "${stackName}"; a good value is "${defaultStackName}"`);
}

/** The names of everything the pipeline creates. */
export interface PipelineNames {
  readonly stack: string;
  readonly tableBucket: string;
  readonly errorBucket: string;
  readonly namespace: string;
  readonly table: string;
  readonly encryptionKeyAlias: string;
  readonly deliveryStream: string;
  readonly deliveryRole: string;
  readonly deliveryLogGroup: string;
  readonly generatorFunction: string;
  readonly generatorRole: string;
  readonly generatorLogGroup: string;
  readonly scheduleRule: string;
  readonly dashboard: string;
  readonly alarmTopic: string;
  readonly alarms: {
    readonly failedRows: string;
    readonly staleData: string;
    readonly generatorErrors: string;
    readonly noIncomingRecords: string;
  };
  /** The Glue catalog of the table bucket, below the account's catalog. */
  readonly catalog: string;
  /** The table's full name in Athena and in local SQL, quoted. */
  readonly athenaTable: string;
}

/** Namespaces, tables and Firehose destinations refuse hyphens, which stack names may hold. */
export function hyphensToUnderscores(name: string): string {
  return name.replaceAll("-", "_");
}

/**
 * Derives every name from the stack name.
 *
 * @param toIdentifier maps hyphens to underscores; the stack hands in a Terraform expression instead,
 *   because there the stack name is known only at plan.
 */
export function pipelineNames(
  stackName: string,
  toIdentifier: (name: string) => string = hyphensToUnderscores,
): PipelineNames {
  const identifier = toIdentifier(stackName);
  const catalog = `s3tablescatalog/${stackName}`;
  const generatorFunction = `${stackName}-data-generator`;
  return {
    stack: stackName,
    tableBucket: stackName,
    errorBucket: `${stackName}-errors`,
    namespace: identifier,
    table: identifier,
    encryptionKeyAlias: `alias/${stackName}-s3-key`,
    deliveryStream: stackName,
    deliveryRole: `${stackName}-delivery`,
    deliveryLogGroup: `/aws/kinesisfirehose/${stackName}`,
    generatorFunction,
    generatorRole: generatorFunction,
    generatorLogGroup: `/aws/lambda/${generatorFunction}`,
    scheduleRule: `${stackName}-every-minute`,
    dashboard: `${stackName}-dashboard`,
    alarmTopic: `${stackName}-alarms`,
    alarms: {
      failedRows: `${stackName}-failed-rows`,
      staleData: `${stackName}-stale-data`,
      generatorErrors: `${stackName}-generator-errors`,
      noIncomingRecords: `${stackName}-no-incoming-records`,
    },
    catalog,
    athenaTable: `"${catalog}"."${identifier}"."${identifier}"`,
  };
}

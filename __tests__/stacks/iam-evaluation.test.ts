import { StreamingAnalyticsStack } from "../../stacks/streaming-analytics-stack";
import { type Call, type Statement, decide } from "../support/iam-policy";
import { type Json, Synthesized } from "../support/synthesized";
import { resolveExpressions } from "../support/terraform-values";
import { testingApp } from "../support/testing-app";

const account = "123456789012";
const arn = (service: string, resource: string) => `arn:aws:${service}:us-east-1:${account}:${resource}`;
const role = (name: string) => `arn:aws:iam::${account}:role/${name}`;

const tableBucket = arn("s3tables", "bucket/my-stack");
const table = `${tableBucket}/table/11111111-2222-3333-4444-555555555555`;
const errorBucket = "arn:aws:s3:::my-stack-errors";
const stream = arn("firehose", "deliverystream/my-stack");
const key = arn("kms", "key/k");
const deliveryRole = role("my-stack-delivery");
const generatorRole = role("my-stack-data-generator");

const { json } = Synthesized.stack(new StreamingAnalyticsStack(testingApp(), "streaming-analytics"));

interface Deployed {
  readonly encryption: boolean;
  readonly alarms: boolean;
}

/** The statements of every policy document, as they are deployed with these variables. */
function policies({ encryption, alarms }: Deployed): Record<string, Statement[]> {
  const alarmStatement = "data.aws_iam_policy_document.encryption_key_alarm_statement[*].json";
  const documents = resolveExpressions(json.data.aws_iam_policy_document as Json, {
    "var.region": "us-east-1",
    "var.stack_name": "my-stack",
    'replace(var.stack_name, "-", "_")': "my_stack",
    "data.aws_partition.current_partition.partition": "aws",
    "data.aws_partition.current_partition.dns_suffix": "amazonaws.com",
    "data.aws_caller_identity.current_account.account_id": account,
    "aws_s3tables_table_bucket.table_bucket.arn": tableBucket,
    "aws_s3_bucket.error_bucket.arn": errorBucket,
    "aws_kinesis_firehose_delivery_stream.delivery_stream.arn": stream,
    "aws_iam_role.delivery_role.arn": deliveryRole,
    "one(aws_kms_key.encryption_key[*].arn)": encryption ? key : null,
    "var.enable_encryption ? 1 : 0": Number(encryption),
    "(length(var.alarm_email) >= 1) ? 1 : 0": Number(alarms),
    [alarmStatement]: alarms ? ["encryption_key_alarm_statement"] : [],
  });
  return Object.fromEntries(
    Object.entries(documents as Record<string, Json>).map(([name, document]) => {
      const included = (document.source_policy_documents ?? []) as string[];
      const statements = [document, ...included.map((source) => documents[source] as Json)]
        .filter(({ count }) => count !== 0)
        .flatMap(({ statement }) => statement as Statement[]);
      return [name, statements];
    }),
  );
}

type Principal = "delivery" | "generator";
const identities: Record<Principal, { arn: string; documents: string[] }> = {
  delivery: { arn: deliveryRole, documents: ["delivery_permissions", "delivery_encryption_permissions"] },
  generator: { arn: generatorRole, documents: ["generator_permissions"] },
};

/** Whether a role of the pipeline may make a call: its own policies, and the policy of the bucket or the key. */
function mayCall(
  deployed: Deployed,
  who: Principal,
  action: string,
  resource: string,
  context = {},
): boolean {
  const all = policies(deployed);
  const { arn: identifier, documents } = identities[who];
  const call: Call = { principal: { type: "AWS", identifier }, action, resource, context };
  const own = decide(
    documents.flatMap((name) => all[name] ?? []),
    call,
  );
  if (action.startsWith("kms:")) {
    if (!deployed.encryption) return false;
    // The key's policy must allow it: the role by name, or the account's IAM policies through the root.
    const byName = decide(all.encryption_key_policy ?? [], call);
    const root = { type: "AWS" as const, identifier: `arn:aws:iam::${account}:root` };
    const throughRoot = decide(all.encryption_key_policy ?? [], { ...call, principal: root });
    return byName === "allow" || (own === "allow" && throughRoot === "allow");
  }
  if (resource.startsWith(errorBucket) && decide(all.error_bucket_policy_document ?? [], call) === "deny")
    return false;
  return own === "allow";
}

/** Whether a service of AWS may use the key, by the key's policy alone. */
function serviceMayUseKey(
  deployed: Deployed,
  service: string,
  action: string,
  context: Record<string, string>,
) {
  const call: Call = { principal: { type: "Service", identifier: service }, action, resource: key, context };
  return deployed.encryption && decide(policies(deployed).encryption_key_policy ?? [], call) === "allow";
}

const viaS3 = { "kms:ViaService": "s3.us-east-1.amazonaws.com" };
const forData = (of: string) => ({ ...viaS3, "kms:EncryptionContext:aws:s3:arn": of });

/** Calls that do not depend on encryption: who, action, resource, context. */
const allowed: readonly [Principal, string, string, Record<string, string>?][] = [
  ...["GetTableBucket", "GetNamespace"].map((action): [Principal, string, string] => [
    ...(["delivery", `s3tables:${action}`, tableBucket] as const),
  ]),
  ...[
    "GetTable",
    "GetTableData",
    "GetTableMetadataLocation",
    "PutTableData",
    "UpdateTableMetadataLocation",
  ].map((action): [Principal, string, string] => ["delivery", `s3tables:${action}`, table]),
  ...["GetTable", "GetTables", "UpdateTable", "GetDatabase", "GetDatabases"].flatMap((action) =>
    [
      "catalog",
      "catalog/s3tablescatalog",
      "catalog/s3tablescatalog/my-stack",
      "database/s3tablescatalog/my-stack/my_stack",
      "database/my_stack",
      "table/s3tablescatalog/my-stack/my_stack/my_stack",
      "table/my_stack/my_stack",
    ].map((resource): [Principal, string, string] => ["delivery", `glue:${action}`, arn("glue", resource)]),
  ),
  ["delivery", "lakeformation:GetDataAccess", "*"],
  ["delivery", "s3:GetBucketLocation", errorBucket, { "aws:SecureTransport": "true" }],
  ["delivery", "s3:ListBucket", errorBucket, { "aws:SecureTransport": "true" }],
  ["delivery", "s3:ListBucketMultipartUploads", errorBucket, { "aws:SecureTransport": "true" }],
  [
    "delivery",
    "s3:PutObject",
    `${errorBucket}/errors/iceberg-failed/2026/01/01/00/x`,
    { "aws:SecureTransport": "true" },
  ],
  ["delivery", "s3:GetObject", `${errorBucket}/errors/x`, { "aws:SecureTransport": "true" }],
  ["delivery", "s3:AbortMultipartUpload", `${errorBucket}/errors/x`, { "aws:SecureTransport": "true" }],
  [
    "delivery",
    "logs:PutLogEvents",
    arn("logs", "log-group:/aws/kinesisfirehose/my-stack:log-stream:DestinationDelivery"),
  ],
  ["generator", "firehose:PutRecordBatch", stream],
  ["generator", "logs:CreateLogStream", arn("logs", "log-group:/aws/lambda/my-stack-data-generator:*")],
  [
    "generator",
    "logs:PutLogEvents",
    arn("logs", "log-group:/aws/lambda/my-stack-data-generator:log-stream:2026/x"),
  ],
];

const forbidden: readonly [Principal, string, string, Record<string, string>?][] = [
  ["delivery", "s3tables:PutTableData", arn("s3tables", "bucket/other/table/t")],
  ["delivery", "s3tables:PutTableData", arn("s3tables", "bucket/my-stack-2/table/t")],
  ["delivery", "s3tables:DeleteTable", table],
  ["delivery", "s3tables:DeleteTableBucket", tableBucket],
  ["delivery", "s3tables:PutTableBucketPolicy", tableBucket],
  ["delivery", "glue:GetTable", arn("glue", "table/other/other")],
  ["delivery", "glue:UpdateTable", arn("glue", "table/s3tablescatalog/my-stack/my_stack/other")],
  ["delivery", "glue:UpdateTable", arn("glue", "table/s3tablescatalog/other/my_stack/my_stack")],
  ["delivery", "glue:GetDatabase", arn("glue", "database/other")],
  ["delivery", "glue:DeleteTable", arn("glue", "table/my_stack/my_stack")],
  ["delivery", "glue:UpdateTable", "arn:aws:glue:eu-west-1:123456789012:table/my_stack/my_stack"],
  ["delivery", "lakeformation:GrantPermissions", "*"],
  ["delivery", "s3:PutObject", "arn:aws:s3:::other/errors/x", { "aws:SecureTransport": "true" }],
  ["delivery", "s3:PutObject", "arn:aws:s3:::my-stack-errors-2/x", { "aws:SecureTransport": "true" }],
  ["delivery", "s3:PutObject", `${errorBucket}/errors/x`, { "aws:SecureTransport": "false" }],
  ["delivery", "s3:DeleteObject", `${errorBucket}/errors/x`, { "aws:SecureTransport": "true" }],
  ["delivery", "s3:PutBucketPolicy", errorBucket, { "aws:SecureTransport": "true" }],
  [
    "delivery",
    "logs:PutLogEvents",
    arn("logs", "log-group:/aws/kinesisfirehose/other:log-stream:DestinationDelivery"),
  ],
  ["delivery", "logs:PutLogEvents", arn("logs", "log-group:/aws/kinesisfirehose/my-stack-2:log-stream:x")],
  ["delivery", "logs:CreateLogGroup", arn("logs", "log-group:/aws/kinesisfirehose/my-stack")],
  ["delivery", "firehose:PutRecordBatch", stream],
  ["generator", "firehose:PutRecordBatch", arn("firehose", "deliverystream/other")],
  ["generator", "firehose:PutRecordBatch", arn("firehose", "deliverystream/my-stack-2")],
  ["generator", "firehose:DeleteDeliveryStream", stream],
  ["generator", "firehose:UpdateDestination", stream],
  ["generator", "logs:PutLogEvents", arn("logs", "log-group:/aws/lambda/other:log-stream:x")],
  [
    "generator",
    "logs:PutLogEvents",
    arn("logs", "log-group:/aws/lambda/my-stack-data-generator-2:log-stream:x"),
  ],
  ["generator", "logs:CreateLogGroup", arn("logs", "log-group:/aws/lambda/my-stack-data-generator")],
  ["generator", "s3:GetObject", `${errorBucket}/errors/x`, { "aws:SecureTransport": "true" }],
  ["generator", "s3tables:GetTableData", table],
  ["generator", "lakeformation:GetDataAccess", "*"],
];

/** jest takes the missing fourth argument of a row for its callback. */
function withContext([who, action, resource, context = {}]: (typeof allowed)[number]) {
  return [who, action, resource, context] as const;
}

// The policy is one for both access modes: which of its statements decides is the account's affair.
describe.each([
  { encryption: true, alarms: true },
  { encryption: true, alarms: false },
  { encryption: false, alarms: true },
  { encryption: false, alarms: false },
])("with %j", (deployed) => {
  it.each(allowed.map(withContext))("the %s role may call %s on %s", (who, action, resource, context) => {
    expect(mayCall(deployed, who, action, resource, context)).toBe(true);
  });

  it.each(forbidden.map(withContext))(
    "the %s role may not call %s on %s",
    (who, action, resource, context) => {
      expect(mayCall(deployed, who, action, resource, context)).toBe(false);
    },
  );

  it.each([
    ["table data", forData(table)],
    ["the error bucket with a bucket key", forData(errorBucket)],
    ["an object of the error bucket", forData(`${errorBucket}/errors/x`)],
  ])("the delivery role may use the key for %s, if there is one", (_what, context) => {
    for (const action of ["kms:Decrypt", "kms:GenerateDataKey"]) {
      expect(mayCall(deployed, "delivery", action, key, context)).toBe(deployed.encryption);
    }
  });

  it.each([
    ["directly", "delivery", "kms:Decrypt", { "kms:EncryptionContext:aws:s3:arn": table }],
    ["for another table bucket", "delivery", "kms:Decrypt", forData(arn("s3tables", "bucket/other/table/t"))],
    ["for another bucket", "delivery", "kms:Decrypt", forData("arn:aws:s3:::other")],
    ["without an encryption context", "delivery", "kms:Decrypt", viaS3],
    [
      "through another service",
      "delivery",
      "kms:Decrypt",
      { ...forData(table), "kms:ViaService": "sqs.us-east-1.amazonaws.com" },
    ],
    ["to administer it", "delivery", "kms:ScheduleKeyDeletion", forData(table)],
    ["to change its policy", "delivery", "kms:PutKeyPolicy", {}],
    ["at all", "generator", "kms:Decrypt", forData(table)],
    ["to administer it", "generator", "kms:DisableKey", {}],
  ] as const)("nobody uses the key %s (%s, %s)", (_how, who, action, context) => {
    expect(mayCall(deployed, who, action, key, context)).toBe(false);
  });

  it("S3 Tables' maintenance may use the key for this table bucket alone", () => {
    const service = "maintenance.s3tables.amazonaws.com";
    const of = (data: string) => ({ "kms:EncryptionContext:aws:s3:arn": data });

    for (const action of ["kms:Decrypt", "kms:GenerateDataKey"]) {
      expect(serviceMayUseKey(deployed, service, action, of(table))).toBe(deployed.encryption);
      expect(serviceMayUseKey(deployed, service, action, of(arn("s3tables", "bucket/other/table/t")))).toBe(
        false,
      );
      expect(serviceMayUseKey(deployed, service, action, {})).toBe(false);
    }
    expect(serviceMayUseKey(deployed, service, "kms:ScheduleKeyDeletion", of(table))).toBe(false);
  });

  it("alarms of this account may use the key where they notify, those of another account never", () => {
    const mine = { "aws:SourceAccount": account };

    for (const action of ["kms:Decrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyPair"]) {
      expect(serviceMayUseKey(deployed, "cloudwatch.amazonaws.com", action, mine)).toBe(
        deployed.encryption && deployed.alarms,
      );
      expect(
        serviceMayUseKey(deployed, "cloudwatch.amazonaws.com", action, {
          "aws:SourceAccount": "999999999999",
        }),
      ).toBe(false);
    }
  });

  it.each(["athena.amazonaws.com", "glue.amazonaws.com", "firehose.amazonaws.com", "s3.amazonaws.com"])(
    "%s may not use the key by itself",
    (service) => {
      expect(serviceMayUseKey(deployed, service, "kms:Decrypt", forData(table))).toBe(false);
    },
  );
});

describe("who may assume which role", () => {
  const trust = policies({ encryption: true, alarms: true });
  const assume = (document: string, service: string, context = {}) =>
    decide(trust[document] ?? [], {
      principal: { type: "Service", identifier: service },
      action: "sts:AssumeRole",
      resource: "",
      context,
    });

  it.each([
    [
      "Firehose for this account",
      "delivery_role_trust",
      "firehose.amazonaws.com",
      { "aws:SourceAccount": account },
      "allow",
    ],
    ["Firehose that does not say for whom", "delivery_role_trust", "firehose.amazonaws.com", {}, "allow"],
    [
      "Firehose for another account",
      "delivery_role_trust",
      "firehose.amazonaws.com",
      { "aws:SourceAccount": "999999999999" },
      "nothing",
    ],
    [
      "Lambda, the delivery role",
      "delivery_role_trust",
      "lambda.amazonaws.com",
      { "aws:SourceAccount": account },
      "nothing",
    ],
    ["Lambda", "generator_role_trust", "lambda.amazonaws.com", {}, "allow"],
    ["Firehose, the generator's role", "generator_role_trust", "firehose.amazonaws.com", {}, "nothing"],
  ])("%s: %s", (_who, document, service, context, decision) => {
    expect(assume(document, service, context)).toBe(decision);
  });

  it("no user or role assumes either", () => {
    for (const document of ["delivery_role_trust", "generator_role_trust"]) {
      const call = { principal: { type: "AWS" as const, identifier: `arn:aws:iam::${account}:root` } };
      expect(
        decide(trust[document] ?? [], { ...call, action: "sts:AssumeRole", resource: "", context: {} }),
      ).toBe("nothing");
    }
  });
});

describe("the function's resource policy", () => {
  it("lets EventBridge invoke it for this rule alone", () => {
    expect(json.resource.aws_lambda_permission).toEqual({
      schedule_permission: expect.objectContaining({
        action: "lambda:InvokeFunction",
        principal: "events.amazonaws.com",
        source_arn: "${aws_cloudwatch_event_rule.schedule.arn}",
      }),
    });
  });
});

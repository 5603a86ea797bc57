import { StreamingAnalyticsStack } from "../../stacks/streaming-analytics-stack";
import { type Call, type Decision, type Statement, decide } from "../support/iam-policy";
import { invocationStatement, policyAttachments } from "../support/iam-policy-attachments";
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
const foreignRole = "arn:aws:iam::999999999999:role/my-stack-delivery";
const generatorRole = role("my-stack-data-generator");

const generatorFunction = "my-stack-data-generator";
const schedule = arn("events", "rule/my-stack-schedule");

/** What Terraform makes of the expressions that are the same in every deployment. */
const deployedValues = {
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
  "aws_lambda_function.data_generator.function_name": generatorFunction,
  "aws_cloudwatch_event_rule.schedule.arn": schedule,
};

const { json } = Synthesized.stack(new StreamingAnalyticsStack(testingApp(), "streaming-analytics"));

interface Deployed {
  readonly encryption: boolean;
  readonly alarms: boolean;
}

const attachments = policyAttachments(json);

/** Statements of one or more documents, as they are deployed with these variables. */
function statements(names: readonly string[], { encryption, alarms }: Deployed): Statement[] {
  const all = json.data.aws_iam_policy_document as Record<string, Json>;
  const documents = names.map((name) => {
    const { count, statement } = all[name]!;
    return { count, statement };
  });
  const resolved = resolveExpressions(documents, {
    ...deployedValues,
    "one(aws_kms_key.encryption_key[*].arn)": encryption ? key : null,
    "var.enable_encryption ? 1 : 0": Number(encryption),
    "(length(var.alarm_email) >= 1) ? 1 : 0": Number(alarms),
  }) as Json[];
  return resolved.filter(({ count }) => count !== 0).flatMap(({ statement }) => statement as Statement[]);
}

/** What the policy of a resource says of a call. */
function decisionOf(resource: string, deployed: Deployed, call: Call): Decision {
  return decide(statements(attachments.resources[resource]!, deployed), call);
}

const keyPolicy = "aws_kms_key.encryption_key";
const bucketPolicy = "aws_s3_bucket.error_bucket";

type Principal = "delivery" | "generator";
const roles = {
  delivery: { arn: deliveryRole, name: "delivery_role" },
  generator: { arn: generatorRole, name: "generator_role" },
} as const satisfies Record<Principal, { arn: string; name: string }>;

/** Whether a role of the pipeline may make a call: its own policies, and the policy of the bucket or the key. */
function mayCall(
  deployed: Deployed,
  who: Principal,
  action: string,
  resource: string,
  context = {},
): boolean {
  const { arn: identifier, name } = roles[who];
  const call: Call = { principal: { type: "AWS", identifier }, action, resource, context };
  const own = decide(statements(attachments.roles[name]!.permissions, deployed), call);
  if (action.startsWith("kms:")) {
    if (!deployed.encryption) return false;
    // The key's policy must allow it: the role by name, or the account's IAM policies through the root.
    const byName = decisionOf(keyPolicy, deployed, call);
    const root = { type: "AWS" as const, identifier: `arn:aws:iam::${account}:root` };
    const throughRoot = decisionOf(keyPolicy, deployed, { ...call, principal: root });
    return byName === "allow" || (own === "allow" && throughRoot === "allow");
  }
  if (resource.startsWith(errorBucket) && decisionOf(bucketPolicy, deployed, call) === "deny") return false;
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
  return deployed.encryption && decisionOf(keyPolicy, deployed, call) === "allow";
}

const viaS3 = { "kms:ViaService": "s3.us-east-1.amazonaws.com" };
const keyActions = ["kms:Decrypt", "kms:GenerateDataKey"];
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
  // A table's ARN ends in an identifier that AWS gives it, anew whenever the table is replaced; the policy is as narrow as AWS's
  // own example, which ends in table/*. The bucket is the stack's own and holds this one table.
  ["delivery", "s3tables:PutTableData", `${tableBucket}/table/99999999-2222-3333-4444-555555555555`],
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
    for (const action of keyActions) {
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

  it.each([foreignRole, "arn:aws:iam::999999999999:root"])(
    "%s may use neither the key nor the error bucket",
    (who) => {
      const call = { principal: { type: "AWS" as const, identifier: who } };
      const secure = { "aws:SecureTransport": "true" };

      // Across accounts the policy of the resource has to allow it, whatever the caller's own policies say.
      for (const action of [...keyActions, "kms:PutKeyPolicy", "kms:CreateGrant"]) {
        const context = { ...forData(table), "aws:SourceAccount": account };
        expect(decisionOf(keyPolicy, deployed, { ...call, action, resource: key, context })).toBe("nothing");
      }
      for (const action of ["s3:GetObject", "s3:PutObject", "s3:PutBucketPolicy"]) {
        const resource = `${errorBucket}/errors/x`;
        expect(decisionOf(bucketPolicy, deployed, { ...call, action, resource, context: secure })).toBe(
          "nothing",
        );
      }
    },
  );

  it("S3 Tables' maintenance may use the key for this table bucket alone", () => {
    const service = "maintenance.s3tables.amazonaws.com";
    const of = (data: string) => ({ "kms:EncryptionContext:aws:s3:arn": data });

    for (const action of keyActions) {
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
  const assume = (who: Principal, principal: Call["principal"], context = {}) =>
    decide(statements(attachments.roles[roles[who].name]!.trust, { encryption: true, alarms: true }), {
      principal,
      action: "sts:AssumeRole",
      resource: "",
      context,
    });

  it.each([
    [
      "Firehose for this account",
      "delivery",
      "firehose.amazonaws.com",
      { "aws:SourceAccount": account },
      "allow",
    ],
    ["Firehose that does not say for whom", "delivery", "firehose.amazonaws.com", {}, "allow"],
    [
      "Firehose for another account",
      "delivery",
      "firehose.amazonaws.com",
      { "aws:SourceAccount": "999999999999" },
      "nothing",
    ],
    [
      "Lambda, the delivery role",
      "delivery",
      "lambda.amazonaws.com",
      { "aws:SourceAccount": account },
      "nothing",
    ],
    ["Lambda", "generator", "lambda.amazonaws.com", {}, "allow"],
    ["Firehose, the generator's role", "generator", "firehose.amazonaws.com", {}, "nothing"],
  ] as const)("%s: %s", (_who, role, service, context, decision) => {
    expect(assume(role, { type: "Service", identifier: service }, context)).toBe(decision);
  });

  it.each(["delivery", "generator"] as const)("no user or role assumes the %s role", (who) => {
    for (const identifier of [`arn:aws:iam::${account}:root`, deliveryRole, foreignRole]) {
      expect(assume(who, { type: "AWS", identifier })).toBe("nothing");
    }
  });
});

describe("what this file evaluates", () => {
  it("is every policy of the stack", () => {
    expect(Object.keys(attachments.roles).sort()).toEqual(["delivery_role", "generator_role"]);
    expect(Object.keys(attachments.resources).sort()).toEqual([keyPolicy, bucketPolicy]);
  });

  it.each(["delivery", "generator"] as const)("is every action of the %s role", (who) => {
    const { permissions } = attachments.roles[roles[who].name]!;
    const granted = statements(permissions, { encryption: true, alarms: true }).flatMap(
      ({ actions }) => actions,
    );
    const called = allowed.filter(([caller]) => caller === who).map(([, action]) => action);
    const calledWithKey = who === "delivery" ? keyActions : [];

    expect([...new Set(granted)].sort()).toEqual([...new Set([...called, ...calledWithKey])].sort());
  });
});

describe("the function's resource policy", () => {
  const permissions = json.resource.aws_lambda_permission as Json;
  const policy = Object.values(resolveExpressions(permissions, deployedValues));
  const invoke: Call = {
    principal: { type: "Service", identifier: "events.amazonaws.com" },
    action: "lambda:InvokeFunction",
    resource: generatorFunction,
    context: { "aws:SourceArn": schedule },
  };
  const by = (identifier: string, type: Call["principal"]["type"] = "Service") => ({
    ...invoke,
    principal: { type, identifier },
  });
  const forRule = (rule: string) => ({ ...invoke, context: { "aws:SourceArn": rule } });

  it.each([
    ["EventBridge for the schedule", invoke, "allow"],
    ["EventBridge for another rule", forRule(arn("events", "rule/other")), "nothing"],
    ["EventBridge for a rule whose name begins alike", forRule(`${schedule}-2`), "nothing"],
    [
      "EventBridge for a rule of another account",
      forRule("arn:aws:events:us-east-1:999999999999:rule/my-stack-schedule"),
      "nothing",
    ],
    ["EventBridge that does not say for which rule", { ...invoke, context: {} }, "nothing"],
    ["another service", by("s3.amazonaws.com"), "nothing"],
    ["another account", by(foreignRole, "AWS"), "nothing"],
    ["EventBridge, to change the function", { ...invoke, action: "lambda:UpdateFunctionCode" }, "nothing"],
  ] as const)("%s", (_who, call, decision) => {
    expect(decide(policy.map(invocationStatement), call)).toBe(decision);
  });
});

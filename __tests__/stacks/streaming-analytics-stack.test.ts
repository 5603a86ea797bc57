import { StreamingAnalyticsStack } from "../../stacks/streaming-analytics-stack";
import { type Json, Synthesized } from "../support/synthesized";
import { dependencies, waitsFor } from "../support/terraform-references";
import { testingApp } from "../support/testing-app";

function synthesize(context: Record<string, unknown> = {}): Synthesized {
  return Synthesized.stack(new StreamingAnalyticsStack(testingApp(context), "streaming-analytics"));
}

const synthesized = synthesize();
const { json } = synthesized;

/** The JSON as a reviewer compares it: without what changes with every edit of the function. */
function reviewed(stack: Json): string {
  const copy = structuredClone(stack);
  copy.resource.aws_lambda_function.data_generator.source_code_hash = "<hash>";
  copy.resource.aws_lambda_function.data_generator.filename = "<zip>";
  return JSON.stringify(copy, undefined, 2);
}

function eachResource(visit: (address: string, body: Json) => void): void {
  for (const [type, instances] of Object.entries(json.resource as Json)) {
    for (const [name, body] of Object.entries(instances as Json)) visit(`${type}.${name}`, body as Json);
  }
}

describe("the synthesized stack", () => {
  it("has not changed since it was last reviewed", () => {
    expect(reviewed(json)).toMatchSnapshot();
  });

  it("is the same from one run to the next", () => {
    expect(synthesize().json).toEqual(json);
  });

  it("holds no unresolved token and no undefined value", () => {
    expect(JSON.stringify(json)).not.toMatch(/TfToken|Token\[|undefined/);
  });

  it("names everything by plain nouns", () => {
    eachResource((address) => {
      expect(address).toMatch(/^[a-z0-9_]+\.[a-z]+(_[a-z]+)*$/);
    });
    expect(json.resource.aws_s3tables_table_bucket).toHaveProperty("table_bucket");
    expect(json.resource.aws_kinesis_firehose_delivery_stream).toHaveProperty("delivery_stream");
  });

  it("writes no partition by hand", () => {
    expect(JSON.stringify(json)).not.toMatch(/arn:aws[:-]/);
  });

  it("tags everything through the provider", () => {
    expect(json.provider.aws).toEqual([
      {
        region: "${var.region}",
        default_tags: [
          { tags: { Project: "s3tables-firehose-cdktf", Stack: "${var.stack_name}", ManagedBy: "cdktf" } },
        ],
      },
    ]);
  });
});

describe("dependencies, from the JSON alone", () => {
  const graph = dependencies(json);
  const table = "aws_s3tables_table.table";
  const grants = "null_resource.lake_formation_grants";
  const stream = "aws_kinesis_firehose_delivery_stream.delivery_stream";
  const lambda = "aws_lambda_function.data_generator";

  it.each([
    ["the grants", grants, "the table", table],
    ["the grants", grants, "the role", "aws_iam_role.delivery_role"],
    ["the grants", grants, "the role's policy", "aws_iam_role_policy.delivery_policy"],
    ["the grants", grants, "the error bucket", "aws_s3_bucket.error_bucket"],
    ["the stream", stream, "the grants", grants],
    ["the stream", stream, "the role's policy", "aws_iam_role_policy.delivery_policy"],
    ["the stream", stream, "the role's key policy", "aws_iam_role_policy.delivery_encryption_policy"],
    [
      "the stream",
      stream,
      "the encryption of failed records",
      "aws_s3_bucket_server_side_encryption_configuration.error_bucket_encryption",
    ],
    ["the function", lambda, "the stream", stream],
    ["the function", lambda, "its log group", "aws_cloudwatch_log_group.data_generator_log_group"],
    [
      "the schedule's target",
      "aws_cloudwatch_event_target.schedule_target",
      "the permission to invoke",
      "aws_lambda_permission.schedule_permission",
    ],
    ["the table bucket", "aws_s3tables_table_bucket.table_bucket", "the key", "aws_kms_key.encryption_key"],
    [
      "the table bucket",
      "aws_s3tables_table_bucket.table_bucket",
      "the encryption lock",
      "terraform_data.table_encryption",
    ],
    ["the key", "aws_kms_key.encryption_key", "the role in its policy", "aws_iam_role.delivery_role"],
  ])("%s (%s) waits for %s (%s)", (_later, laterAddress, _earlier, earlierAddress) => {
    expect(waitsFor(graph, laterAddress, earlierAddress)).toBe(true);
  });

  it("has no cycle", () => {
    for (const address of graph.keys()) {
      for (const next of graph.get(address) ?? []) {
        expect([address, next, waitsFor(graph, next, address)]).toEqual([address, next, false]);
      }
    }
  });
});

describe("policies", () => {
  const documents = Object.entries(json.data.aws_iam_policy_document as Record<string, Json>);
  const statements = documents.flatMap(([name, { statement }]) =>
    (statement as Json[]).map((body) => [`${name}: ${body.sid}`, name, body] as const),
  );

  it.each(statements)("%s says why it is there", (_title, _name, { sid }) => {
    expect(sid).toMatch(/^[A-Z][A-Za-z]{10,}$/);
  });

  it("name all resources only where AWS allows no narrower: the key in its own policy, and GetDataAccess", () => {
    const onAll = statements
      .filter(([, , { resources }]) => ((resources ?? []) as string[]).includes("*"))
      .map(([title]) => title);

    expect(onAll.sort()).toEqual([
      "delivery_permissions: GetCredentialsInLakeFormationMode",
      "encryption_key_alarm_statement: AlarmsPublishToEncryptedTopic",
      "encryption_key_policy: AccountDelegatesToItsIamPolicies",
      "encryption_key_policy: FirehoseWritesTableAndFailedRecords",
      "encryption_key_policy: TableMaintenanceCompactsEncryptedFiles",
    ]);
  });

  it("allow no action by wildcard but the key's administration and use by alarms, and the denial without TLS", () => {
    const wildcards = statements.flatMap(([title, , { actions }]) =>
      (actions as string[]).filter((action) => action.includes("*")).map((action) => `${title} ${action}`),
    );

    expect(wildcards).toEqual([
      "encryption_key_alarm_statement: AlarmsPublishToEncryptedTopic kms:GenerateDataKey*",
      "encryption_key_policy: AccountDelegatesToItsIamPolicies kms:*",
      "error_bucket_policy_document: DenyUnencryptedTransport s3:*",
    ]);
  });

  it("let Firehose reach this namespace and table only", () => {
    const glue = synthesized.statements("delivery_permissions")[1]?.resources as string[];
    const here =
      "arn:${data.aws_partition.current_partition.partition}:glue:${var.region}:${data.aws_caller_identity.current_account.account_id}:";
    const identifier = '${replace(var.stack_name, "-", "_")}';

    expect(glue.map((arn) => arn.replace(here, ""))).toEqual([
      "catalog",
      "catalog/s3tablescatalog",
      "catalog/s3tablescatalog/${var.stack_name}",
      `database/s3tablescatalog/\${var.stack_name}/${identifier}`,
      `database/${identifier}`,
      `table/s3tablescatalog/\${var.stack_name}/${identifier}/${identifier}`,
      `table/${identifier}/${identifier}`,
    ]);
  });
});

describe("what a variable decides", () => {
  it.each([
    ["aws_kms_key", "encryption_key", "var.enable_encryption"],
    ["aws_kms_alias", "encryption_key_alias", "var.enable_encryption"],
    ["aws_iam_role_policy", "delivery_encryption_policy", "var.enable_encryption"],
    ["null_resource", "lake_formation_grants", "var.lake_formation_grants"],
    ["aws_sns_topic", "alarm_topic", "(length(var.alarm_email) >= 1)"],
    ["aws_sns_topic_subscription", "alarm_subscription", "(length(var.alarm_email) >= 1)"],
  ])("%s.%s exists when %s", (type, name, condition) => {
    expect(json.resource[type][name].count).toBe(`\${${condition} ? 1 : 0}`);
  });

  it("has no other resource that may be absent", () => {
    const counted: string[] = [];
    eachResource((address, body) => {
      if ("count" in body) counted.push(address);
    });
    expect(counted).toHaveLength(6);
  });

  it("encrypts with the key or explicitly with S3's own, never leaving either argument out", () => {
    expect(synthesized.resource("aws_s3tables_table_bucket").encryption_configuration).toEqual({
      sse_algorithm: '${var.enable_encryption ? "aws:kms" : "AES256"}',
      kms_key_arn: "${var.enable_encryption ? one(aws_kms_key.encryption_key[*].arn) : null}",
    });
  });

  it("pauses the schedule, not the function", () => {
    expect(synthesized.resource("aws_cloudwatch_event_rule").state).toBe(
      '${var.generator_enabled ? "ENABLED" : "DISABLED"}',
    );
    expect(synthesized.resource("aws_lambda_function")).not.toHaveProperty("count");
  });

  it("encrypts the alarm topic with the key, and lets alarms use it only where there is a topic", () => {
    expect(synthesized.resource("aws_sns_topic").kms_master_key_id).toBe(
      "${one(aws_kms_key.encryption_key[*].arn)}",
    );
    expect(synthesized.policyDocument("encryption_key_alarm_statement").count).toBe(
      "${(length(var.alarm_email) >= 1) ? 1 : 0}",
    );
  });
});

describe("outputs", () => {
  const outputs = json.output as Record<string, Json>;

  it("are the original's eleven and three more, each described", () => {
    expect(Object.keys(outputs).sort()).toEqual(
      [
        ...["firehose_stream_name", "firehose_stream_arn", "table_bucket_name", "table_bucket_arn"],
        ...["error_bucket_name", "glue_database_name", "glue_table_name", "lambda_function_name"],
        ...["kms_key_arn", "dashboard_name", "dashboard_url", "athena_table", "error_output_uri", "region"],
      ].sort(),
    );
    for (const { description } of Object.values(outputs)) expect(description).toMatch(/^[A-Z]/);
  });

  it("are never null, because cdktf deploy fails on one: the key's ARN is empty without encryption", () => {
    expect(outputs.kms_key_arn?.value).toBe(
      '${var.enable_encryption ? one(aws_kms_key.encryption_key[*].arn) : ""}',
    );
    for (const [name, { value }] of Object.entries(outputs)) {
      if (name !== "kms_key_arn") expect(value).not.toMatch(/null|one\(/);
    }
  });

  it("quote the table for Athena and point at the failed records and the dashboard", () => {
    const identifier = '${replace(var.stack_name, "-", "_")}';

    expect(outputs.athena_table?.value).toBe(
      `"s3tablescatalog/\${var.stack_name}"."${identifier}"."${identifier}"`,
    );
    expect(outputs.error_output_uri?.value).toBe(
      "s3://${aws_s3_bucket.error_bucket.bucket}/errors/iceberg-failed/",
    );
    expect(outputs.dashboard_url?.value).toBe(
      "https://console.aws.amazon.com/cloudwatch/home?region=${var.region}#dashboards:name=${aws_cloudwatch_dashboard.dashboard.dashboard_name}",
    );
  });
});

describe("state", () => {
  it("is a local file unless the context names a bucket", () => {
    expect(json.terraform).not.toHaveProperty("backend.s3");
    expect(json.terraform.required_version).toBe(">= 1.6.0");
  });

  it("is kept in the named bucket with S3's own locking", () => {
    const { terraform } = synthesize({ stateBucket: "my-state", stateRegion: "eu-west-1" }).json;

    expect(terraform.backend).toEqual({
      s3: {
        bucket: "my-state",
        key: "streaming-analytics/terraform.tfstate",
        region: "eu-west-1",
        encrypt: true,
        use_lockfile: true,
      },
    });
    expect(terraform.required_version).toBe(">= 1.10.0");
  });

  it("rejects a context value that is not a string", () => {
    expect(() => synthesize({ stateBucket: 5 })).toThrow("cdktf.json, context.stateBucket: received 5");
  });
});

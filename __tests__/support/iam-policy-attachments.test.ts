import { invocationStatement, policyAttachments } from "./iam-policy-attachments";
import type { Json } from "./synthesized";

const json = (name: string) => `\${data.aws_iam_policy_document.${name}.json}`;
const writerPolicy = { role: "${aws_iam_role.writer.name}", policy: json("write") };

/** A stack of one role, with more resources and documents, or others in their place. */
function stack(resource: Json = {}, documents: Json = {}): Json {
  return {
    data: { aws_iam_policy_document: { trust: {}, write: {}, ...documents } },
    resource: {
      aws_iam_role: { writer: { name: "writer", assume_role_policy: json("trust") } },
      aws_iam_role_policy: { write: writerPolicy },
      ...resource,
    },
  };
}

describe("the policies of a stack", () => {
  it("are those of its roles, buckets and keys, with what they include", () => {
    const more = {
      role: "${aws_iam_role.writer.id}",
      policy: "${one(data.aws_iam_policy_document.more[*].json)}",
    };
    const resource = {
      aws_iam_role_policy: { write: writerPolicy, more: { ...more, count: "${n}" } },
      aws_kms_key: { key: { policy: json("key") } },
      aws_s3_bucket_policy: { policy: { bucket: "${aws_s3_bucket.store.id}", policy: json("bucket") } },
    };
    const documents = {
      more: { count: "${n}" },
      key: { source_policy_documents: "${data.aws_iam_policy_document.included[*].json}" },
      included: {},
      bucket: { source_policy_documents: [json("included")] },
    };

    expect(policyAttachments(stack(resource, documents))).toEqual({
      roles: { writer: { permissions: ["write", "more"], trust: ["trust"] } },
      resources: { "aws_kms_key.key": ["key", "included"], "aws_s3_bucket.store": ["bucket", "included"] },
    });
  });

  it.each([
    ["a document that is attached to nothing", stack({}, { other: {} }), '"other"'],
    [
      "overriding documents",
      stack({}, { write: { override_policy_documents: [json("trust")] } }),
      "override",
    ],
    ["a policy that is written out", stack({ aws_kms_key: { key: { policy: "{}" } } }), "{}"],
    ["a key without a policy", stack({ aws_kms_key: { key: {} } }), "undefined"],
    [
      "a policy of another count than its document",
      stack({ aws_iam_role_policy: { write: { ...writerPolicy, count: "${n}" } } }),
      "count of write",
    ],
    [
      "a policy of a role by its name",
      stack({ aws_iam_role_policy: { write: { ...writerPolicy, role: "writer" } } }),
      '"writer" in write',
    ],
    [
      "a policy of a role that is not in the stack",
      stack({
        aws_iam_role_policy: {
          write: writerPolicy,
          other: { ...writerPolicy, role: "${aws_iam_role.other.name}" },
        },
      }),
      "role of other",
    ],
    [
      "managed policies of a role",
      stack({
        aws_iam_role: {
          writer: { assume_role_policy: json("trust"), managed_policy_arns: ["arn:aws:iam::aws:policy/X"] },
        },
      }),
      "managed_policy_arns of aws_iam_role.writer",
    ],
    ...[
      "aws_iam_policy",
      "aws_iam_role_policy_attachment",
      "aws_kms_grant",
      "aws_s3tables_table_bucket_policy",
      "aws_sns_topic_policy",
    ].map((type) => [type, stack({ [type]: { x: {} } }), `permissions by ${type}`] as const),
    [
      "a policy of another resource",
      stack({ aws_sns_topic: { x: { policy: "" } } }),
      "policy of aws_sns_topic.x",
    ],
  ] as const)("rejects %s", (_what, synthesized, message) => {
    expect(() => policyAttachments(synthesized)).toThrow(message);
  });
});

describe("a permission to invoke a function", () => {
  const permission = {
    action: "lambda:InvokeFunction",
    function_name: "f",
    principal: "events.amazonaws.com",
    statement_id: "x",
  };

  it.each([
    ["an element that it does not know", { ...permission, principal_org_id: "o" }, "principal_org_id"],
    ["a principal that is no service", { ...permission, principal: "*" }, "principal *"],
  ])("rejects %s", (_what, body, message) => {
    expect(() => invocationStatement(body)).toThrow(message);
  });
});

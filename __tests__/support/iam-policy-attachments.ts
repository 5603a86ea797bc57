import type { Statement } from "./iam-policy";
import type { Json } from "./synthesized";

/**
 * Which policy documents of a synthesized stack apply to which of its roles and resources, by their Terraform names. Ways to
 * give permissions that are not read here are refused, so that none can stay out of sight of a test.
 */
export interface PolicyAttachments {
  /** By role, such as `delivery_role`; documents that a document includes are listed after it. */
  readonly roles: Readonly<Record<string, { readonly permissions: string[]; readonly trust: string[] }>>;
  /** By resource, such as `aws_s3_bucket.error_bucket`. */
  readonly resources: Readonly<Record<string, string[]>>;
}

const documentAttributes = new Set(["//", "count", "source_policy_documents", "statement"]);
const roleAttributes = new Set(["//", "assume_role_policy", "description", "name"]);
/** Resources that hold a policy in an attribute `policy`, or the permission itself. */
const readTypes = new Set([
  "aws_iam_role",
  "aws_iam_role_policy",
  "aws_kms_key",
  "aws_lambda_permission",
  "aws_s3_bucket_policy",
]);

/** @throws Error for a document that is attached to nothing, and for a permission that is given in another way */
export function policyAttachments({ data, resource }: Json): PolicyAttachments {
  const documents = data.aws_iam_policy_document as Readonly<Record<string, Json>>;
  refuseOtherWays(resource as Json);

  const withIncluded = (name: string): string[] => {
    const document = documents[name];
    if (!document) throw new Error(`not read: no policy document "${name}"`);
    for (const attribute of Object.keys(document)) {
      if (!documentAttributes.has(attribute)) throw new Error(`not read: ${attribute} of document ${name}`);
    }
    const sources = [document.source_policy_documents ?? []].flat() as unknown[];
    return [name, ...sources.flatMap((source) => withIncluded(documentIn(source)))];
  };

  const ofRole = (role: string) =>
    entries(resource.aws_iam_role_policy)
      .filter(([name, { role: of }]) => nameIn(of, /^aws_iam_role\.(\w+)\.(?:name|id)$/, name) === role)
      .flatMap(([name, { policy, count }]) => {
        const document = documentIn(policy);
        if (documents[document]?.count !== count) throw new Error(`not read: count of ${name}`);
        return withIncluded(document);
      });
  const roles = entries(resource.aws_iam_role).map(([name, { assume_role_policy: trust }]) => [
    name,
    { permissions: ofRole(name), trust: withIncluded(documentIn(trust)) },
  ]);
  const keys = entries(resource.aws_kms_key).map(([name, { policy }]) => [
    `aws_kms_key.${name}`,
    withIncluded(documentIn(policy)),
  ]);
  const buckets = entries(resource.aws_s3_bucket_policy).map(([name, { bucket, policy }]) => [
    nameIn(bucket, /^(aws_s3_bucket\.\w+)\.(?:id|bucket)$/, name),
    withIncluded(documentIn(policy)),
  ]);

  const attachments: PolicyAttachments = {
    roles: Object.fromEntries(roles) as PolicyAttachments["roles"],
    resources: Object.fromEntries([...keys, ...buckets]) as PolicyAttachments["resources"],
  };
  const attached = new Set([
    ...Object.values(attachments.roles).flatMap(({ permissions, trust }) => [...permissions, ...trust]),
    ...Object.values(attachments.resources).flat(),
  ]);
  for (const name of Object.keys(documents)) {
    if (!attached.has(name)) throw new Error(`not read: whom policy document "${name}" applies to`);
  }
  // A policy of a role that the stack does not create would be left out above.
  for (const [name, { role }] of entries(resource.aws_iam_role_policy)) {
    if (!(nameIn(role, /^aws_iam_role\.(\w+)\./, name) in attachments.roles))
      throw new Error(`not read: role of ${name}`);
  }
  return attachments;
}

/** A Lambda permission, resolved, as the statement that Lambda adds to the function's policy. */
export function invocationStatement(permission: Json): Statement {
  const { "//": _, statement_id, action, function_name, principal, source_arn, ...rest } = permission;
  const unknown = Object.keys(rest);
  if (unknown.length > 0) throw new Error(`not read: ${unknown.join()} of ${String(statement_id)}`);
  if (!/^\w+\.amazonaws\.com$/.test(String(principal)))
    throw new Error(`not read: principal ${String(principal)}`);
  return {
    actions: [action as string],
    resources: [function_name as string],
    principals: [{ type: "Service", identifiers: [principal as string] }],
    condition: source_arn
      ? [{ test: "ArnLike", variable: "aws:SourceArn", values: [source_arn as string] }]
      : [],
  };
}

function refuseOtherWays(resources: Json): void {
  for (const type of Object.keys(resources)) {
    const mayPermit = /^aws_iam_|_(policy|policy_attachment|permission|grant)$/.test(type);
    if (mayPermit && !readTypes.has(type)) throw new Error(`not read: permissions by ${type}`);
    for (const [name, body] of entries(resources[type])) {
      const others = readTypes.has(type) ? [] : Object.keys(body).filter((key) => key === "policy");
      const ofRole =
        type === "aws_iam_role" ? Object.keys(body).filter((key) => !roleAttributes.has(key)) : [];
      for (const attribute of [...others, ...ofRole])
        throw new Error(`not read: ${attribute} of ${type}.${name}`);
    }
  }
}

function entries(resources: unknown): [string, Json][] {
  return Object.entries((resources ?? {}) as Record<string, Json>);
}

/** The document whose JSON an expression stands for, counted or not. */
function documentIn(value: unknown): string {
  const reference = /^(?:one\()?data\.aws_iam_policy_document\.(\w+)(?:\[\*\])?\.json\)?$/;
  return nameIn(value, reference, "a policy");
}

function nameIn(value: unknown, reference: RegExp, of: string): string {
  const expression = typeof value === "string" ? /^\$\{(.+)\}$/.exec(value)?.[1] : undefined;
  const name = reference.exec(expression ?? "")?.[1];
  if (name === undefined) throw new Error(`not read: ${JSON.stringify(value)} in ${of}`);
  return name;
}

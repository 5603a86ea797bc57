/**
 * Evaluates the IAM policies of the stack: the elements and operators they use, and nothing else. Whatever it does not know
 * it refuses, so that a policy cannot pass by using something new. (The published simulators are not permissively licensed.)
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */

/** A statement as `aws_iam_policy_document` takes it, every expression resolved. */
export interface Statement {
  readonly sid?: string;
  readonly effect?: "Allow" | "Deny";
  readonly actions: readonly string[];
  readonly resources?: readonly string[];
  readonly principals?: readonly { readonly type: string; readonly identifiers: readonly string[] }[];
  readonly condition?: readonly {
    readonly test: string;
    readonly variable: string;
    readonly values: readonly string[];
  }[];
}

export interface Call {
  readonly principal: { readonly type: "AWS" | "Service"; readonly identifier: string };
  readonly action: string;
  readonly resource: string;
  readonly context: Readonly<Record<string, string>>;
}

export type Decision = "allow" | "deny" | "nothing";

const knownKeys = new Set(["sid", "effect", "actions", "resources", "principals", "condition"]);

/** What the statements say of a call; a denial outweighs every permission. */
export function decide(statements: readonly Statement[], call: Call): Decision {
  const applying = statements.filter((statement) => applies(statement, call));
  if (applying.some(({ effect }) => effect === "Deny")) return "deny";
  return applying.length > 0 ? "allow" : "nothing";
}

function applies(statement: Statement, call: Call): boolean {
  for (const key of Object.keys(statement)) {
    if (!knownKeys.has(key)) throw new Error(`not evaluated: statement element "${key}"`);
  }
  const { effect = "Allow", actions, resources, principals, condition = [] } = statement;
  if (!["Allow", "Deny"].includes(effect)) throw new Error(`not evaluated: effect "${effect}"`);
  return (
    actions.some((action) => matches(action.toLowerCase(), call.action.toLowerCase())) &&
    (resources?.some((resource) => matches(resource, call.resource)) ?? true) &&
    (principals?.some((principal) => isPrincipal(principal, call)) ?? true) &&
    condition.every((test) => holds(test, call.context))
  );
}

function isPrincipal(
  { type, identifiers }: { type: string; identifiers: readonly string[] },
  { principal }: Call,
) {
  if (!["AWS", "Service", "*"].includes(type)) throw new Error(`not evaluated: principal type "${type}"`);
  if (type === "*") return identifiers.includes("*");
  if (identifiers.some((identifier) => identifier.includes("*"))) {
    throw new Error(`not evaluated: wildcard principal ${identifiers.join()}`);
  }
  return type === principal.type && identifiers.includes(principal.identifier);
}

function holds(
  { test, variable, values }: { test: string; variable: string; values: readonly string[] },
  context: Readonly<Record<string, string>>,
): boolean {
  const actual = context[variable];
  switch (test) {
    case "StringEquals":
      return actual !== undefined && values.includes(actual);
    case "StringEqualsIfExists":
      return actual === undefined || values.includes(actual);
    case "StringLike":
      return actual !== undefined && values.some((value) => matches(value, actual));
    case "Bool":
      return actual !== undefined && values.includes(actual);
    default:
      throw new Error(`not evaluated: condition operator "${test}"`);
  }
}

/** `*` stands for any text, `?` for one character; policy variables are refused. */
function matches(pattern: string, text: string): boolean {
  if (pattern.includes("${")) throw new Error(`not evaluated: "${pattern}"`);
  const expression = pattern
    .split(/([*?])/)
    .map((part) => (part === "*" ? "[^]*" : part === "?" ? "[^]" : part.replace(/[.+^${}()|[\]\\]/g, "\\$&")))
    .join("");
  return new RegExp(`^${expression}$`).test(text);
}

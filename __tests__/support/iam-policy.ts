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
  /** @default - the resource that the policy belongs to */
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

const known = {
  element: new Set(["sid", "effect", "actions", "resources", "principals", "condition"]),
  effect: new Set(["Allow", "Deny"]),
  "principal element": new Set(["type", "identifiers"]),
  "principal type": new Set(["AWS", "Service", "*"]),
  "condition element": new Set(["test", "variable", "values"]),
  "condition operator": new Set(["StringEquals", "StringEqualsIfExists", "StringLike", "ArnLike", "Bool"]),
} as const satisfies Readonly<Record<string, ReadonlySet<string>>>;

/**
 * What the statements say of a call; a denial outweighs every permission.
 *
 * @throws Error for anything unknown in any statement, whether it applies to the call or not
 */
export function decide(statements: readonly Statement[], call: Call): Decision {
  statements.forEach(requireKnown);
  const applying = statements.filter((statement) => applies(statement, call));
  if (applying.some(({ effect }) => effect === "Deny")) return "deny";
  return applying.length > 0 ? "allow" : "nothing";
}

function requireKnown(statement: Statement): void {
  const require = (what: keyof typeof known, names: readonly string[]) => {
    for (const name of names) if (!known[what].has(name)) throw new Error(`not evaluated: ${what} "${name}"`);
  };
  const { effect = "Allow", actions, resources = [], principals = [], condition = [] } = statement;
  require("element", Object.keys(statement));
  require("effect", [effect]);
  for (const principal of principals) {
    require("principal element", Object.keys(principal));
    require("principal type", [principal.type]);
    const { type, identifiers } = principal;
    const isKnown = type === "*" ? identifiers.join() === "*" : !identifiers.join().includes("*");
    if (!isKnown) throw new Error(`not evaluated: principal ${identifiers.join()} of type "${type}"`);
  }
  for (const test of condition) {
    require("condition element", Object.keys(test));
    require("condition operator", [test.test]);
  }
  const patterns = [...actions, ...resources, ...condition.flatMap(({ values }) => values)];
  for (const pattern of patterns) {
    if (pattern.includes("${")) throw new Error(`not evaluated: policy variable in "${pattern}"`);
  }
}

function applies(statement: Statement, call: Call): boolean {
  const { actions, resources, principals, condition = [] } = statement;
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
  return type === "*" || (type === principal.type && identifiers.includes(principal.identifier));
}

function holds(
  { test, variable, values }: { test: string; variable: string; values: readonly string[] },
  context: Readonly<Record<string, string>>,
): boolean {
  const actual = context[variable];
  if (actual === undefined) return test === "StringEqualsIfExists";
  switch (test) {
    case "StringLike":
      return values.some((value) => matches(value, actual));
    case "ArnLike":
      return values.some((value) => matchesArn(value, actual));
    default:
      return values.includes(actual);
  }
}

/** Each of an ARN's six parts by itself: a wildcard does not reach beyond its part. */
function matchesArn(pattern: string, arn: string): boolean {
  const parts = (text: string) => /^([^:]*):([^:]*):([^:]*):([^:]*):([^:]*):(.*)$/.exec(text)?.slice(1);
  const actual = parts(arn);
  const expected = parts(pattern);
  if (!actual || !expected) return false;
  return expected.every((part, index) => matches(part, actual[index]!));
}

/** `*` stands for any text, `?` for one character. */
function matches(pattern: string, text: string): boolean {
  const expression = pattern
    .split(/([*?])/)
    .map((part) => (part === "*" ? "[^]*" : part === "?" ? "[^]" : part.replace(/[.+^${}()|[\]\\]/g, "\\$&")))
    .join("");
  return new RegExp(`^${expression}$`).test(text);
}

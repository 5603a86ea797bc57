import { type Call, type Statement, decide } from "./iam-policy";

const call: Call = {
  principal: { type: "Service", identifier: "firehose.amazonaws.com" },
  action: "s3:PutObject",
  resource: "arn:aws:s3:::bucket/key",
  context: {},
};
const allow: Statement = { actions: ["s3:PutObject"], resources: ["arn:aws:s3:::bucket/*"] };

function withCondition(test: string, values: string[]): Statement {
  return { ...allow, condition: [{ test, variable: "aws:Key", values }] };
}

const unknownConditionElement = {
  ...allow,
  condition: [{ test: "StringEquals", variable: "aws:Key", values: ["a"], qualifier: "ForAllValues" }],
};

describe("the policy evaluator", () => {
  it("allows what a statement allows", () => {
    expect(decide([allow], call)).toBe("allow");
  });

  it.each([
    ["another action", { ...allow, actions: ["s3:GetObject"] }],
    ["another resource", { ...allow, resources: ["arn:aws:s3:::other/*"] }],
    ["a resource that only begins alike", { ...allow, resources: ["arn:aws:s3:::bucket"] }],
    [
      "another principal",
      { ...allow, principals: [{ type: "Service", identifiers: ["lambda.amazonaws.com"] }] },
    ],
    [
      "a principal of another type",
      { ...allow, principals: [{ type: "AWS", identifiers: ["firehose.amazonaws.com"] }] },
    ],
  ])("says nothing about %s", (_what, statement) => {
    expect(decide([statement], call)).toBe("nothing");
  });

  it("takes a denial before any permission", () => {
    expect(decide([allow, { ...allow, effect: "Deny" }], call)).toBe("deny");
  });

  it("matches actions whatever their case, and resources exactly", () => {
    expect(decide([{ ...allow, actions: ["S3:put*"] }], call)).toBe("allow");
    expect(decide([{ ...allow, resources: ["arn:aws:s3:::Bucket/*"] }], call)).toBe("nothing");
  });

  it("takes . and + in a pattern as they are, ? as one character", () => {
    expect(decide([{ ...allow, resources: ["arn:aws:s3:::bucket.key"] }], call)).toBe("nothing");
    expect(decide([{ ...allow, resources: ["arn:aws:s3:::bucket?key"] }], call)).toBe("allow");
  });

  it.each([
    ["StringEquals", ["a"], { "aws:Key": "a" }, "allow"],
    ["StringEquals", ["a"], { "aws:Key": "b" }, "nothing"],
    ["StringEquals", ["a"], {}, "nothing"],
    ["StringEqualsIfExists", ["a"], {}, "allow"],
    ["StringEqualsIfExists", ["a"], { "aws:Key": "b" }, "nothing"],
    ["StringLike", ["b", "a*"], { "aws:Key": "abc" }, "allow"],
    ["StringLike", ["a*"], {}, "nothing"],
    ["Bool", ["false"], { "aws:Key": "false" }, "allow"],
    ["Bool", ["false"], {}, "nothing"],
    ["ArnLike", ["arn:aws:sns:*:1:a*"], { "aws:Key": "arn:aws:sns:us-east-1:1:ab:c" }, "allow"],
    ["ArnLike", ["arn:aws:sns:*:a"], { "aws:Key": "arn:aws:sns:us-east-1:1:a" }, "nothing"],
    ["ArnLike", ["arn:aws:sns:*:1:a"], {}, "nothing"],
  ] as const)("%s %j with %j: %s", (test, values, context, decision) => {
    expect(decide([withCondition(test, [...values])], { ...call, context })).toBe(decision);
  });

  it.each([
    ["an operator", withCondition("IpAddress", ["10.0.0.0/8"])],
    ["a statement element", { ...allow, notActions: ["s3:*"] } as Statement],
    ["an effect", { ...allow, effect: "Audit" } as unknown as Statement],
    ["a type of principal", { ...allow, principals: [{ type: "Federated", identifiers: ["x"] }] }],
    ["an element of a condition", unknownConditionElement],
    ["a policy variable in an action", { ...allow, actions: ["s3:${aws:username}"] }],
    ["a policy variable in a resource", { ...allow, resources: ["arn:aws:s3:::${aws:username}/*"] }],
    ["a policy variable in a condition", withCondition("StringEquals", ["${aws:username}"])],
    ["a wildcard in a principal", { ...allow, principals: [{ type: "AWS", identifiers: ["*"] }] }],
  ])("rejects %s that it does not know, even where nothing else of the statement applies", (_, statement) => {
    expect(() => decide([statement], call)).toThrow("not evaluated");
    expect(() => decide([statement], { ...call, action: "sqs:SendMessage" })).toThrow("not evaluated");
    expect(() => decide([statement], { ...call, resource: "arn:aws:s3:::other" })).toThrow("not evaluated");
  });
});

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
  ] as const)("%s %j with %j: %s", (test, values, context, decision) => {
    expect(decide([withCondition(test, [...values])], { ...call, context })).toBe(decision);
  });

  it.each([
    ["an operator", withCondition("IpAddress", ["10.0.0.0/8"])],
    ["a statement element", { ...allow, notActions: ["s3:*"] } as Statement],
    ["a type of principal", { ...allow, principals: [{ type: "Federated", identifiers: ["x"] }] }],
    ["a policy variable", { ...allow, resources: ["arn:aws:s3:::${aws:username}/*"] }],
    ["a wildcard in a principal", { ...allow, principals: [{ type: "AWS", identifiers: ["*"] }] }],
  ])("rejects %s that it does not know", (_what, statement) => {
    expect(() => decide([statement], call)).toThrow("not evaluated");
  });
});

import { defaultStackName, pipelineNames, stackNameProblems } from "../../pipeline/names";

describe("stack names", () => {
  it.each([defaultStackName, "abc", "a-b-c", "0data", "my-stack-1", "a".repeat(49), "sthree", "x-s3"])(
    "accepts %s",
    (name) => {
      expect(stackNameProblems(name)).toEqual([]);
    },
  );

  it.each([
    ["ab", "3 to 49 characters"],
    ["a".repeat(50), "3 to 49 characters"],
    ["", "3 to 49 characters"],
    ["My-stack", "lowercase letters, digits and hyphens"],
    ["my_stack", "lowercase letters, digits and hyphens"],
    ["my.stack", "lowercase letters, digits and hyphens"],
    ["-abc", "begin and end with a letter or digit"],
    ["abc-", "begin and end with a letter or digit"],
    ["abc\n", "lowercase letters, digits and hyphens"],
    ["$(id)", "lowercase letters, digits and hyphens"],
    ["aws-data", "must not begin with"],
    ["xn--data", "must not begin with"],
    ["sthree-data", "must not begin with"],
    ["amzn-s3-demo-data", "must not begin with"],
    ["data-s3alias", "must not end with"],
    ["data--ol-s3", "must not end with"],
    ["data--x-s3", "must not end with"],
    ["data--table-s3", "must not end with"],
  ])("rejects %j", (name, rule) => {
    const problems = stackNameProblems(name).join("\n");

    expect(problems).toContain(rule);
    expect(problems).toContain(`received "${name}"`);
    expect(problems).toContain(`"${defaultStackName}"`);
  });
});

describe("names derived from the stack name", () => {
  const names = pipelineNames("my-data-stack");

  it("keeps hyphens where they are allowed", () => {
    expect(names).toMatchObject({
      tableBucket: "my-data-stack",
      errorBucket: "my-data-stack-errors",
      deliveryStream: "my-data-stack",
      generatorFunction: "my-data-stack-data-generator",
      dashboard: "my-data-stack-dashboard",
      encryptionKeyAlias: "alias/my-data-stack-s3-key",
      deliveryLogGroup: "/aws/kinesisfirehose/my-data-stack",
      generatorLogGroup: "/aws/lambda/my-data-stack-data-generator",
    });
  });

  it("maps every hyphen to an underscore in the namespace and the table", () => {
    expect(names.namespace).toBe("my_data_stack");
    expect(names.table).toBe("my_data_stack");
  });

  it("quotes the table for Athena, catalog with hyphens, namespace and table without", () => {
    expect(names.athenaTable).toBe('"s3tablescatalog/my-data-stack"."my_data_stack"."my_data_stack"');
  });

  it("stays within AWS's 64 characters for roles, functions and rules, 63 for buckets, at the longest name", () => {
    const longest = pipelineNames("a".repeat(49));

    for (const name of [
      longest.deliveryRole,
      longest.generatorRole,
      longest.generatorFunction,
      longest.scheduleRule,
    ]) {
      expect(name.length).toBeLessThanOrEqual(64);
    }
    expect(longest.errorBucket.length).toBeLessThanOrEqual(63);
  });
});

import { SnsTopic } from "@cdktf/provider-aws/lib/sns-topic";
import { Construct } from "constructs";
import { Testing } from "cdktf";
import { PlainIdStack } from "../../stacks/plain-id-stack";
import { testingApp } from "../support/testing-app";

describe("plain logical ids", () => {
  it("leave out the path", () => {
    const stack = new PlainIdStack(testingApp(), "stack");
    const topic = new SnsTopic(new Construct(stack, "part"), "topic", {});

    expect(topic.friendlyUniqueId).toBe("topic");
  });

  it("rejects two elements of one kind with one id, which Terraform would merge", () => {
    const stack = new PlainIdStack(testingApp(), "stack");
    new SnsTopic(new Construct(stack, "one"), "topic", {});
    new SnsTopic(new Construct(stack, "two"), "topic", {});

    expect(() => Testing.synth(stack)).toThrow("SnsTopic.topic: stack/one/topic and stack/two/topic");
  });
});

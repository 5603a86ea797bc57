import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { NullProvider } from "@cdktf/provider-null/lib/provider";
import { type TerraformStack, Testing } from "cdktf";
import { PlainIdStack } from "../../stacks/plain-id-stack";
import { testingApp } from "./testing-app";

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- assertions reach into synthesized JSON of any shape
export type Json = Record<string, any>;

/** A synthesized stack as its Terraform JSON, asked by type and name. */
export class Synthesized {
  constructor(readonly json: Json) {}

  static scope(build: (stack: TerraformStack) => void): Synthesized {
    const stack = new PlainIdStack(testingApp(), "stack");
    new AwsProvider(stack, "aws", {});
    new NullProvider(stack, "null");
    build(stack);
    return Synthesized.stack(stack);
  }

  static stack(stack: TerraformStack): Synthesized {
    return new Synthesized(JSON.parse(Testing.synth(stack, true)) as Json);
  }

  /** Every resource of a type, without cdktf's metadata. */
  resources(type: string): Json[] {
    return Object.values((this.json.resource?.[type] ?? {}) as Json).map(
      ({ "//": _, ...body }: Json) => body,
    );
  }

  /** The only resource of a type. */
  resource(type: string): Json {
    return only(this.resources(type), type);
  }

  policyDocument(name: string): Json {
    const document: unknown = this.json.data?.aws_iam_policy_document?.[name];
    if (!document) throw new Error(`no policy document ${name}`);
    return document;
  }

  statements(name: string): Json[] {
    return this.policyDocument(name).statement as Json[];
  }
}

function only<T>(found: T[], what: string): T {
  if (found.length !== 1) throw new Error(`expected one ${what}, found ${found.length}`);
  return found[0] as T;
}

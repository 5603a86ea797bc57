import { Construct } from "constructs";
import { DataAwsIamPolicyDocument } from "@cdktf/provider-aws/lib/data-aws-iam-policy-document";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { assumeRole } from "./iam-actions";

export interface GeneratorRoleProps {
  readonly roleName: string;
}

/** The role that the data generator runs with. What it may do is in DataGenerator, because that names the stream. */
export class GeneratorRole extends Construct {
  readonly trustPolicy: DataAwsIamPolicyDocument;
  readonly role: IamRole;

  constructor(scope: Construct, id: string, props: GeneratorRoleProps) {
    super(scope, id);

    this.trustPolicy = new DataAwsIamPolicyDocument(this, "generator_role_trust", {
      statement: [
        {
          sid: "LambdaRunsTheGenerator",
          actions: [...assumeRole],
          principals: [{ type: "Service", identifiers: ["lambda.amazonaws.com"] }],
        },
      ],
    });

    this.role = new IamRole(this, "generator_role", {
      name: props.roleName,
      description: "Lets the data generator put records to its stream and write its log",
      assumeRolePolicy: this.trustPolicy.json,
    });
  }
}

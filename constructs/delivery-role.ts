import { Construct } from "constructs";
import { DataAwsIamPolicyDocument } from "@cdktf/provider-aws/lib/data-aws-iam-policy-document";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { assumeRole } from "./iam-actions";

export interface DeliveryRoleProps {
  readonly roleName: string;
  /** The only account whose Firehose may assume the role. */
  readonly account: string;
}

/** The role that Firehose writes with. What it may do is in DeliveryPermissions, because the key in there names this role. */
export class DeliveryRole extends Construct {
  readonly trustPolicy: DataAwsIamPolicyDocument;
  readonly role: IamRole;

  constructor(scope: Construct, id: string, props: DeliveryRoleProps) {
    super(scope, id);

    this.trustPolicy = new DataAwsIamPolicyDocument(this, "delivery_role_trust", {
      statement: [
        {
          sid: "FirehoseOfThisAccountOnly",
          actions: [...assumeRole],
          principals: [{ type: "Service", identifiers: ["firehose.amazonaws.com"] }],
          condition: [
            {
              // IfExists: no AWS page says that Firehose always sends the key, and the plain form would then lock it out.
              test: "StringEqualsIfExists",
              variable: "aws:SourceAccount",
              values: [props.account],
            },
          ],
        },
      ],
    });

    this.role = new IamRole(this, "delivery_role", {
      name: props.roleName,
      description: "Lets Firehose append to the readings table and keep failed records",
      assumeRolePolicy: this.trustPolicy.json,
    });
  }
}

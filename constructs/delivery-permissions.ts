import { Construct } from "constructs";
import { DataAwsIamPolicyDocument } from "@cdktf/provider-aws/lib/data-aws-iam-policy-document";
import type { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { type Condition, attributeOrNull, countIf } from "./counted-resource";
import { viaS3WithContext } from "./encryption-context";
import {
  appendToTable,
  findAndUpdateTableInCatalog,
  getVendedCredentials,
  inspectErrorBucket,
  useEncryptionKey,
  writeFailedRecords,
  writeLogEvents,
} from "./iam-actions";

export interface DeliveryPermissionsProps {
  readonly role: IamRole;
  readonly tableBucketArn: string;
  /** Catalogs, database and table, in every ARN form that Glue may evaluate. */
  readonly glueResources: readonly string[];
  readonly errorBucketArn: string;
  /** Firehose's own log streams. */
  readonly logStreamsArn: string;
  /** Whether the storage is encrypted with the customer key. */
  readonly encrypted: Condition;
  readonly keyArn: string;
  readonly s3ServiceEndpoint: string;
}

/**
 * What Firehose may do. The same policy serves both access modes of the S3 Tables integration: with IAM the s3tables and
 * glue statements decide, with Lake Formation the grants and the vended credentials do.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-tables-integrating-aws.html
 */
export class DeliveryPermissions extends Construct {
  readonly document: DataAwsIamPolicyDocument;
  readonly policy: IamRolePolicy;
  readonly encryptionDocument: DataAwsIamPolicyDocument;
  readonly encryptionPolicy: IamRolePolicy;

  constructor(scope: Construct, id: string, props: DeliveryPermissionsProps) {
    super(scope, id);

    this.document = new DataAwsIamPolicyDocument(this, "delivery_permissions", {
      statement: [
        {
          sid: "AppendToTableInIamMode",
          actions: [...appendToTable],
          resources: [props.tableBucketArn, `${props.tableBucketArn}/table/*`],
        },
        {
          sid: "FindAndUpdateTableInCatalog",
          actions: [...findAndUpdateTableInCatalog],
          resources: [...props.glueResources],
        },
        {
          sid: "GetCredentialsInLakeFormationMode",
          actions: [...getVendedCredentials],
          // GetDataAccess has no resource type to narrow to; the grants decide which table.
          resources: ["*"],
        },
        {
          sid: "InspectErrorBucket",
          actions: [...inspectErrorBucket],
          resources: [props.errorBucketArn],
        },
        {
          sid: "WriteFailedRecords",
          actions: [...writeFailedRecords],
          resources: [`${props.errorBucketArn}/*`],
        },
        {
          sid: "ReportDeliveryErrors",
          actions: [...writeLogEvents],
          resources: [props.logStreamsArn],
        },
      ],
    });
    this.policy = new IamRolePolicy(this, "delivery_policy", {
      name: "delivery",
      role: props.role.name,
      policy: this.document.json,
    });

    this.encryptionDocument = new DataAwsIamPolicyDocument(this, "delivery_encryption_permissions", {
      count: countIf(props.encrypted),
      statement: [
        {
          sid: "UseKeyForTableAndFailedRecords",
          actions: [...useEncryptionKey],
          resources: [props.keyArn],
          condition: viaS3WithContext(props),
        },
      ],
    });
    this.encryptionPolicy = new IamRolePolicy(this, "delivery_encryption_policy", {
      count: countIf(props.encrypted),
      name: "encryption",
      role: props.role.name,
      policy: attributeOrNull(this.encryptionDocument, "json"),
    });
  }
}

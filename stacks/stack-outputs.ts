import type { Construct } from "constructs";
import { TerraformOutput } from "cdktf";

/** What each output is, in the words that `terraform output` and the README show. */
const descriptions = {
  firehose_stream_name: "Name of the delivery stream that producers put records to",
  firehose_stream_arn: "ARN of the delivery stream",
  table_bucket_name: "Name of the table bucket",
  table_bucket_arn: "ARN of the table bucket",
  error_bucket_name: "Name of the bucket that keeps failed records",
  error_output_uri: "Where failed records are; an empty listing means that everything was delivered",
  glue_database_name: "Namespace of the table, its database in Glue and Athena",
  glue_table_name: "Name of the table",
  athena_table: "The table's full name, quoted for Athena",
  lambda_function_name: "Name of the data generator",
  kms_key_arn: "ARN of the encryption key; empty when encryption is off",
  dashboard_name: "Name of the CloudWatch dashboard",
  dashboard_url: "Address of the CloudWatch dashboard",
  region: "Region that everything is in",
} as const;

export type StackOutputs = Readonly<Record<keyof typeof descriptions, string>>;

/** Adds the outputs. None may be null: `cdktf deploy` 0.21 fails on a null output after a successful apply. */
export function addStackOutputs(scope: Construct, outputs: StackOutputs): void {
  for (const name of Object.keys(descriptions) as (keyof StackOutputs)[]) {
    new TerraformOutput(scope, name, { value: outputs[name], description: descriptions[name] });
  }
}

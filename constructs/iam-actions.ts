/**
 * IAM actions by intent: the one place that says which calls a role of the pipeline may make.
 *
 * https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html
 */

/** Reading a table's metadata and committing new snapshots, where S3 Tables access is decided by IAM. */
export const appendToTable = [
  "s3tables:GetTableBucket",
  "s3tables:GetNamespace",
  "s3tables:GetTable",
  "s3tables:GetTableData",
  "s3tables:GetTableMetadataLocation",
  "s3tables:PutTableData",
  "s3tables:UpdateTableMetadataLocation",
] as const;

/** Finding the table in the Glue catalog and moving it to a new snapshot. */
export const findAndUpdateTableInCatalog = [
  "glue:GetDatabase",
  "glue:GetDatabases",
  "glue:GetTable",
  "glue:GetTables",
  "glue:UpdateTable",
] as const;

/** Temporary credentials for the table, where its access is decided by Lake Formation. */
export const getVendedCredentials = ["lakeformation:GetDataAccess"] as const;

/** The bucket itself, for the failed records that Firehose puts there. */
export const inspectErrorBucket = [
  "s3:GetBucketLocation",
  "s3:ListBucket",
  "s3:ListBucketMultipartUploads",
] as const;

/** Objects with failed records. */
export const writeFailedRecords = ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"] as const;

/** Reading and writing objects that are encrypted with a customer key. */
export const useEncryptionKey = ["kms:Decrypt", "kms:GenerateDataKey"] as const;

/** CloudWatch alarms that publish to an encrypted topic. */
export const publishToEncryptedTopic = ["kms:Decrypt", "kms:GenerateDataKey*"] as const;

/** Everything about the key; limited by the IAM policies of the account. */
export const administerKey = ["kms:*"] as const;

/** Log lines in a stream that exists. */
export const writeLogEvents = ["logs:PutLogEvents"] as const;

/** Log lines and the streams they go to; the group is made by Terraform. */
export const writeFunctionLogs = ["logs:CreateLogStream", "logs:PutLogEvents"] as const;

export const putRecords = ["firehose:PutRecordBatch"] as const;

export const assumeRole = ["sts:AssumeRole"] as const;

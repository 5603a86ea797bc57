import { Construct } from "constructs";
import { S3TablesNamespace } from "@cdktf/provider-aws/lib/s3tables-namespace";
import { S3TablesTable } from "@cdktf/provider-aws/lib/s3tables-table";
import { S3TablesTableBucket } from "@cdktf/provider-aws/lib/s3tables-table-bucket";
import { type ITerraformDependable, Token, conditional } from "cdktf";
import type { Column } from "../pipeline/sensor-reading";
import type { Condition } from "./counted-resource";

export interface SensorTableProps {
  readonly tableBucketName: string;
  /** Lowercase letters, digits and underscores. */
  readonly namespaceName: string;
  /** Lowercase letters, digits and underscores. */
  readonly tableName: string;
  /** In the order of their Iceberg field ids. */
  readonly columns: readonly Column[];
  /** Whether files are encrypted with the customer key; with a key of S3's own otherwise. */
  readonly encrypted: Condition;
  /** Null when not encrypted with a customer key. */
  readonly keyArn: string;
  /** What must have agreed before the bucket is made. */
  readonly dependsOn: readonly ITerraformDependable[];
}

/**
 * The Iceberg table, its namespace and its table bucket.
 *
 * Any change to the columns replaces the table and its data: the provider cannot evolve a schema.
 * `encryption_configuration` always holds both of its keys, because provider 6.25 refuses an object with one of them and
 * fails after apply when the attribute is left out.
 */
export class SensorTable extends Construct {
  readonly bucket: S3TablesTableBucket;
  readonly namespace: S3TablesNamespace;
  readonly table: S3TablesTable;

  constructor(scope: Construct, id: string, props: SensorTableProps) {
    super(scope, id);

    this.bucket = new S3TablesTableBucket(this, "table_bucket", {
      name: props.tableBucketName,
      forceDestroy: true,
      encryptionConfiguration: {
        sseAlgorithm: Token.asString(conditional(props.encrypted, "aws:kms", "AES256")),
        kmsKeyArn: Token.asString(conditional(props.encrypted, props.keyArn, Token.nullValue())),
      },
      dependsOn: [...props.dependsOn],
    });

    this.namespace = new S3TablesNamespace(this, "namespace", {
      namespace: props.namespaceName,
      tableBucketArn: this.bucket.arn,
    });

    this.table = new S3TablesTable(this, "table", {
      name: props.tableName,
      namespace: this.namespace.namespace,
      tableBucketArn: this.bucket.arn,
      format: "ICEBERG",
      metadata: [
        {
          iceberg: [
            {
              schema: [
                { field: props.columns.map(({ name, type, required }) => ({ name, type, required })) },
              ],
            },
          ],
        },
      ],
    });
  }
}

import { Construct } from "constructs";
import { Op, TerraformSelf } from "cdktf";
import type { Condition } from "./counted-resource";
import { TerraformData } from "./terraform-data";

export interface TableEncryptionLockProps {
  /** What `enable_encryption` says now. */
  readonly encrypted: Condition;
  /** What makes the table another table: a change of it forgets the remembered encryption. */
  readonly tableIdentity: Readonly<Record<string, string>>;
}

/**
 * Remembers whether the table was made with a customer key and refuses a plan that would change it.
 *
 * A table keeps the key it was made with: without this, setting `enable_encryption = false` later would schedule
 * that key for deletion and make the data unreadable. `prevent_destroy` on the key would do so too, but would also stop
 * `destroy`; a postcondition does not.
 */
export class TableEncryptionLock extends Construct {
  readonly remembered: TerraformData;

  constructor(scope: Construct, id: string, props: TableEncryptionLockProps) {
    super(scope, id);

    this.remembered = new TerraformData(this, "table_encryption", {
      input: props.encrypted,
      triggersReplace: props.tableIdentity,
      lifecycle: {
        ignoreChanges: ["input"],
        postcondition: [
          {
            condition: Op.eq(TerraformSelf.getAny("output"), props.encrypted),
            errorMessage:
              "enable_encryption cannot change while the table exists: its files keep the encryption they were written with, " +
              "and turning encryption off would schedule their key for deletion. Set it back to its earlier value, or run " +
              "destroy first and deploy anew.",
          },
        ],
      },
    });
  }
}

import type { Node } from "constructs";
import { TerraformElement, TerraformStack } from "cdktf";

/**
 * A stack whose logical ids are the plain ids given in the constructs (`table_bucket`), without cdktf's path and hash: they
 * are what a reviewer reads in the JSON, and they stay when a construct moves.
 */
export class PlainIdStack extends TerraformStack {
  private readonly paths = new Map<string, string>();

  /** @throws Error when two elements of one kind would share an id, where Terraform would see only one of them */
  protected override allocateLogicalId(element: TerraformElement | Node): string {
    // An asset asks with its node; its id is only a folder's name.
    if (!(element instanceof TerraformElement)) return element.id;
    const { id, path } = element.node;
    const key = `${element.constructor.name}.${id}`;
    const other = this.paths.get(key);
    if (other !== undefined && other !== path) {
      throw new Error(`Two elements are called ${key}: ${other} and ${path}. Rename one.`);
    }
    this.paths.set(key, path);
    return id;
  }
}

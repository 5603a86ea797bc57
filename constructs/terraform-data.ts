import type { Construct } from "constructs";
import { anyToTerraform, type IResolvable, type TerraformMetaArguments, TerraformResource } from "cdktf";

export interface TerraformDataProps extends TerraformMetaArguments {
  /** Stored in the state, and readable as `output` from then on. */
  readonly input: boolean | IResolvable;
  /** Values whose change replaces what is stored. */
  readonly triggersReplace: Readonly<Record<string, string>>;
}

/**
 * Terraform's built-in `terraform_data`.
 *
 * cdktf has a class for it, but that one runs `terraform version` at every synthesis and fails where no Terraform is
 * installed; the stack's `required_version` says the same when Terraform is run.
 *
 * https://developer.hashicorp.com/terraform/language/resources/terraform-data
 */
export class TerraformData extends TerraformResource {
  constructor(
    scope: Construct,
    id: string,
    private readonly props: TerraformDataProps,
  ) {
    super(scope, id, {
      ...props,
      terraformResourceType: "terraform_data",
      terraformGeneratorMetadata: { providerName: "terraform" },
    });
  }

  protected override synthesizeAttributes() {
    const { input, triggersReplace } = this.props;
    return { input: anyToTerraform(input) as unknown, triggers_replace: { ...triggersReplace } };
  }
}

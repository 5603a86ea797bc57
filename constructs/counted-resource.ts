import {
  type IResolvable,
  type TerraformDataSource,
  type TerraformResource,
  Fn,
  TerraformCount,
  Token,
  conditional,
  propertyAccess,
} from "cdktf";

/** A choice that is made at plan (a Terraform variable) or already at synthesis. */
export type Condition = boolean | IResolvable;

type Counted = TerraformResource | TerraformDataSource;

/** One instance when the condition holds, none otherwise. */
export function countIf(condition: Condition): TerraformCount {
  return TerraformCount.of(Token.asNumber(conditional(condition, 1, 0)));
}

/** An attribute of a resource made with `countIf`: null when there is no instance. */
export function attributeOrNull(resource: Counted, attribute: string): string {
  return Token.asString(Fn.one(everyAttribute(resource, attribute)));
}

/** An attribute of a resource made with `countIf`, as a list of none or one. */
export function attributeList(resource: Counted, attribute: string): string[] {
  return Token.asList(everyAttribute(resource, attribute));
}

function everyAttribute(resource: Counted, attribute: string): IResolvable {
  return propertyAccess(resource.fqn, ["*", attribute]);
}

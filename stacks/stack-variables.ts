import { Construct } from "constructs";
import { Fn, type IResolvable, Op, TerraformVariable, Token } from "cdktf";
import { defaultStackName, stackNameRules } from "../pipeline/names";
import { settings } from "../pipeline/settings";

interface Rule {
  readonly condition: IResolvable;
  readonly rule: string;
  readonly goodValue: string;
}

/** Terraform wants a message that begins with a capital letter or the like and ends with a period. */
function validate(variable: TerraformVariable, { condition, rule, goodValue }: Rule): void {
  variable.addValidation({ condition, errorMessage: `The ${rule}. A good value: ${goodValue}` + "." });
}

function matches(pattern: string, value: string): IResolvable {
  return Fn.can(Fn.regex(pattern, value));
}

/** The variables of the stack: what a user sets in terraform.tfvars. A bad value is refused at plan. */
export class StackVariables extends Construct {
  readonly stackName: TerraformVariable;
  readonly region: TerraformVariable;
  readonly enableEncryption: TerraformVariable;
  readonly lakeFormationGrants: TerraformVariable;
  readonly generatorEnabled: TerraformVariable;
  readonly alarmEmail: TerraformVariable;

  constructor(scope: Construct, id: string) {
    super(scope, id);

    this.stackName = new TerraformVariable(this, "stack_name", {
      type: "string",
      default: defaultStackName,
      description:
        "Name of the table bucket and stream, and the beginning of every other name. The error bucket, stack_name-errors, " +
        "must be free in all of AWS: choose a name of your own.",
    });
    for (const { pattern, goodNameMatches, rule } of stackNameRules) {
      const condition = matches(pattern, this.stackName.stringValue);
      validate(this.stackName, {
        condition: goodNameMatches ? condition : Token.asAny(Op.not(condition)),
        rule,
        goodValue: `"${defaultStackName}"`,
      });
    }

    this.region = new TerraformVariable(this, "region", {
      type: "string",
      default: settings.region,
      description:
        "AWS Region of everything. S3 Tables must be integrated with the analytics services there.",
    });
    validate(this.region, {
      condition: matches("^[a-z]{2}(-[a-z]+)+-[0-9]+$", this.region.stringValue),
      rule: "region must be the code of an AWS Region, in lowercase",
      goodValue: `"${settings.region}"`,
    });

    this.enableEncryption = this.flag(
      "enable_encryption",
      "Encrypt the table, the error bucket and the alarm topic with a customer KMS key. Decide before the first deploy: a table " +
        "keeps the encryption it was made with, and turning this off later would schedule its key for deletion, so a change is " +
        "refused while the table exists.",
    );
    this.lakeFormationGrants = this.flag(
      "lake_formation_grants",
      "Grant the delivery role its Lake Formation permissions. Set to false where the account's S3 Tables integration runs in IAM " +
        "mode (the default for integrations made since March 2026).",
    );
    this.generatorEnabled = this.flag(
      "generator_enabled",
      "Invoke the data generator every minute. Set to false to pause it; the function stays.",
    );

    this.alarmEmail = new TerraformVariable(this, "alarm_email", {
      type: "string",
      default: "",
      description:
        "Address that alarms are sent to; it has to confirm the subscription. Empty: no notifications.",
    });
    validate(this.alarmEmail, {
      condition: matches("^([^@[:space:]]+@[^@[:space:]]+[.][^@[:space:]]+)?$", this.alarmEmail.stringValue),
      rule: "alarm_email must be one e-mail address, or empty for no notifications",
      goodValue: '"team@example.com"',
    });
  }

  private flag(name: string, description: string): TerraformVariable {
    const variable = new TerraformVariable(this, name, { type: "bool", default: true, description });
    validate(variable, {
      condition: Token.asAny(Op.neq(variable.value, Token.nullValue())),
      rule: `${name} must be true or false, and not null`,
      goodValue: "true",
    });
    return variable;
  }
}

import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { Construct } from "constructs";
import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import type { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";
import { AssetType, type ITerraformDependable, TerraformAsset } from "cdktf";
import { type FunctionBundle, bundleFunction } from "../functions/bundle-function";

export interface BundledFunctionProps {
  /** The function's folder, absolute; its handler.ts exports `handler`. */
  readonly directory: string;
  readonly functionName: string;
  readonly description: string;
  readonly role: IamRole;
  readonly runtime: string;
  readonly architecture: string;
  readonly memoryMib: number;
  readonly timeoutSeconds: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly logGroupName: string;
  readonly logRetentionDays: number;
  readonly dependsOn: readonly ITerraformDependable[];
}

const buildDirectory = join(__dirname, "..", ".build");

/** Written under another name first: several processes may synthesize at the same time. */
function writeZip(directory: string, { zip }: FunctionBundle): string {
  const file = join(buildDirectory, `${basename(directory)}.zip`);
  const partial = `${file}.${process.pid}`;
  mkdirSync(buildDirectory, { recursive: true });
  writeFileSync(partial, zip);
  renameSync(partial, file);
  return file;
}

/**
 * A Lambda function bundled from TypeScript at synthesis, and its log group.
 *
 * `source_code_hash` is the base64 SHA-256 that Lambda reports for the zip, so an unchanged function is no difference in a plan.
 */
export class BundledFunction extends Construct {
  readonly logGroup: CloudwatchLogGroup;
  readonly archive: TerraformAsset;
  readonly function: LambdaFunction;

  constructor(scope: Construct, id: string, props: BundledFunctionProps) {
    super(scope, id);
    const bundle = bundleFunction(props.directory);

    this.logGroup = new CloudwatchLogGroup(this, `${id}_log_group`, {
      name: props.logGroupName,
      retentionInDays: props.logRetentionDays,
    });

    this.archive = new TerraformAsset(this, `${id}_zip`, {
      path: writeZip(props.directory, bundle),
      type: AssetType.FILE,
      assetHash: Buffer.from(bundle.sha256, "base64").toString("hex").slice(0, 32),
    });

    this.function = new LambdaFunction(this, id, {
      functionName: props.functionName,
      description: props.description,
      role: props.role.arn,
      runtime: props.runtime,
      architectures: [props.architecture],
      handler: bundle.handler,
      filename: this.archive.path,
      sourceCodeHash: bundle.sha256,
      memorySize: props.memoryMib,
      timeout: props.timeoutSeconds,
      environment: { variables: { ...props.environment } },
      // The function's first log line would otherwise make the group, without its retention.
      dependsOn: [this.logGroup, ...props.dependsOn],
    });
  }
}

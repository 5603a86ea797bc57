import { S3Backend, type TerraformStack } from "cdktf";
import { settings } from "../pipeline/settings";
import { toolVersions } from "../pipeline/tool-versions";

/** The keys of `context` in cdktf.json that say where the state is kept. */
export const stateContext = { bucket: "stateBucket", key: "stateKey", region: "stateRegion" } as const;

/**
 * Keeps the state in the S3 bucket that the context names, with S3's own locking; in a local file when it names none.
 *
 * @throws Error when a value in the context is not a string
 */
export function configureStateBackend(stack: TerraformStack): void {
  stack.addOverride("terraform.required_version", `>= ${toolVersions.terraform}`);
  const bucket = contextString(stack, stateContext.bucket);
  if (!bucket) return;
  new S3Backend(stack, {
    bucket,
    key: contextString(stack, stateContext.key) || `${stack.node.id}/terraform.tfstate`,
    region: contextString(stack, stateContext.region) || settings.region,
    encrypt: true,
  });
  // S3's own locking came with Terraform 1.10; cdktf 0.21 does not know the option.
  stack.addOverride("terraform.backend.s3.use_lockfile", true);
  stack.addOverride("terraform.required_version", `>= ${toolVersions.terraformWithStateBucket}`);
}

function contextString(stack: TerraformStack, key: string): string {
  const value: unknown = stack.node.tryGetContext(key) ?? "";
  if (typeof value !== "string") {
    throw new Error(
      `cdktf.json, context.${key}: received ${JSON.stringify(value)}; it takes a string, or "" to keep the state in a local file.`,
    );
  }
  return value;
}

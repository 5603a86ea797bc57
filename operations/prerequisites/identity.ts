import { callAws } from "../aws/aws-error";
import { clientSettings } from "../aws/clients";

/** Who makes the calls. */
export interface Identity {
  readonly account: string;
  /** `aws`, `aws-cn`, `aws-us-gov` ... */
  readonly partition: string;
  /** As STS gives it; that of a session where there is one. */
  readonly arn: string;
  readonly kind: "user" | "role" | "root" | "federated-user";
  /** Of the user or role, without path. */
  readonly name: string;
}

/**
 * Reads the ARN of GetCallerIdentity. A session of a role, SSO's included, stands for its role, whose path STS leaves
 * out: `arn:aws:sts::111122223333:assumed-role/NAME/SESSION`.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
 */
export function readIdentity(arn: string): Identity {
  const [, partition = "", service, , account = "", ...rest] = arn.split(":");
  const resource = rest.join(":");
  const [type, ...path] = resource.split("/");
  const identity = (kind: Identity["kind"], name: string): Identity => ({
    account,
    partition,
    arn,
    kind,
    name,
  });
  if (service === "sts" && type === "assumed-role") return identity("role", path[0] ?? "");
  if (service === "sts" && type === "federated-user") return identity("federated-user", path.join("/"));
  if (service === "iam" && type === "user") return identity("user", path.at(-1) ?? "");
  if (service === "iam" && type === "role") return identity("role", path.at(-1) ?? "");
  return identity("root", "root");
}

export async function callerIdentity(region: string): Promise<Identity> {
  const { GetCallerIdentityCommand, STSClient } = await import("@aws-sdk/client-sts");
  const client = new STSClient(clientSettings(region));
  const { Arn = "" } = await callAws({ action: "sts:GetCallerIdentity", region }, () =>
    client.send(new GetCallerIdentityCommand({})),
  );
  return readIdentity(Arn);
}

/**
 * Whether an IAM ARN names this identity. Names of roles are unique in an account whatever their paths, so that the
 * path, which a session does not tell, need not be known.
 */
export function isPrincipal(principalArn: string, identity: Identity): boolean {
  const principal = readIdentity(principalArn);
  const isSameKind = principal.kind === identity.kind && principal.account === identity.account;
  if (identity.kind === "user") return principalArn === identity.arn;
  return identity.kind === "role" && isSameKind && principal.name === identity.name;
}

/** The identity's ARN as policies and Lake Formation know it: a role's with its path, which only IAM can tell. */
export async function principalArn(identity: Identity, region: string): Promise<string> {
  if (identity.kind !== "role") return identity.arn;
  const { GetRoleCommand, IAMClient } = await import("@aws-sdk/client-iam");
  const client = new IAMClient(clientSettings(region));
  const { Role } = await callAws({ action: "iam:GetRole", region, resource: identity.name }, () =>
    client.send(new GetRoleCommand({ RoleName: identity.name })),
  );
  return Role?.Arn ?? identity.arn;
}

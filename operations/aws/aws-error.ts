import { UserError } from "../../local/cli/user-error";

/** A call to AWS, as a person would name it. */
export interface AwsCall {
  /** The IAM action, such as `glue:GetCatalog`. */
  readonly action: string;
  readonly region: string;
  /** What the call is about: a bucket, a stream. */
  readonly resource?: string;
}

/** What kind of failure it was, so that a command can treat some as an answer. */
export type FailureKind =
  | "credentials-missing"
  | "credentials-expired"
  | "credentials-invalid"
  | "access-denied"
  | "throttled"
  | "not-found"
  | "wrong-region"
  | "no-such-endpoint"
  | "network"
  | "clock"
  | "other";

/** A call that AWS did not carry out: one line on what happened, and what to do. */
export class AwsCallError extends UserError {
  override readonly name = "AwsCallError";
  constructor(
    readonly kind: FailureKind,
    readonly happened: string,
    readonly whatToDo: string,
    /** AWS's own name of the error. */
    readonly code: string,
    options: ErrorOptions,
  ) {
    super(`${happened} ${whatToDo}`, options);
  }
}

interface SdkError {
  readonly name: string;
  readonly message: string;
  readonly code?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly attempts?: number };
  readonly $response?: { readonly headers?: Readonly<Record<string, string | undefined>> };
}

const kindsByName: readonly (readonly [RegExp, FailureKind])[] = [
  [/^(ExpiredToken|RequestExpired|TokenRefreshRequired)/, "credentials-expired"],
  [
    /^(InvalidClientTokenId|UnrecognizedClientException|InvalidSignature|SignatureDoesNotMatch|AuthFailure)/,
    "credentials-invalid",
  ],
  [
    /^(InvalidAccessKeyId|IncompleteSignature|MissingAuthenticationToken|InvalidToken)/,
    "credentials-invalid",
  ],
  [/^(AccessDenied|UnauthorizedOperation|NotAuthorized|AuthorizationError|Forbidden)/, "access-denied"],
  [/^(Throttl|TooManyRequests|RequestLimitExceeded|SlowDown|RequestThrottled)/, "throttled"],
  [/^(PermanentRedirect|AuthorizationHeaderMalformed|IllegalLocationConstraint|Redirect)/, "wrong-region"],
  [/^(RequestTimeTooSkewed|RequestInTheFuture)/, "clock"],
  [/(NotFound|EntityNotFound|NoSuch|ResourceNotFound)/, "not-found"],
];

const kindsByNetworkCode: Readonly<Record<string, FailureKind>> = {
  ENOTFOUND: "no-such-endpoint",
  EAI_AGAIN: "network",
  ECONNREFUSED: "network",
  ECONNRESET: "network",
  EPIPE: "network",
  ETIMEDOUT: "network",
};

const kindsByStatus: Readonly<Record<number, FailureKind>> = {
  301: "wrong-region",
  403: "access-denied",
  404: "not-found",
};

function kindOf(error: SdkError): FailureKind {
  if (error.name === "CredentialsProviderError" || error.name === "TokenProviderError") {
    return /expired|refresh/i.test(error.message) ? "credentials-expired" : "credentials-missing";
  }
  const byName = kindsByName.find(([name]) => name.test(error.name));
  if (byName) return byName[1];
  if (typeof error.code === "string" && error.code in kindsByNetworkCode) {
    return kindsByNetworkCode[error.code] ?? "network";
  }
  if (error.name === "TimeoutError") return "network";
  return kindsByStatus[error.$metadata?.httpStatusCode ?? 0] ?? "other";
}

/** Turns whatever a client of the SDK threw into one line with what to do. */
export function explainAwsError(thrown: unknown, call: AwsCall): AwsCallError {
  const error: SdkError = thrown instanceof Error ? thrown : { name: "Error", message: String(thrown) };
  const kind = kindOf(error);
  const { happened, whatToDo } = explanations[kind](call, error);
  return new AwsCallError(kind, oneLine(happened), oneLine(whatToDo), error.name, { cause: thrown });
}

/** Makes a call and explains its failure. */
export async function callAws<Answer>(call: AwsCall, send: () => Promise<Answer>): Promise<Answer> {
  try {
    return await send();
  } catch (error) {
    throw explainAwsError(error, call);
  }
}

type Explanation = (
  call: AwsCall,
  error: SdkError,
) => { readonly happened: string; readonly whatToDo: string };

const signIn = "Sign in again (for example `aws sso login`), or set AWS_PROFILE to a profile that works.";

const explanations: Readonly<Record<FailureKind, Explanation>> = {
  "credentials-missing": (_, { message }) => ({
    happened: `No AWS credentials were found.${/profile/i.test(message) ? ` ${message}` : ""}`,
    whatToDo:
      "Sign in (for example `aws sso login`), set AWS_PROFILE, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
  }),
  "credentials-expired": () => ({ happened: "The AWS credentials have expired.", whatToDo: signIn }),
  "credentials-invalid": ({ region }, { name }) => ({
    happened: `AWS does not accept the credentials in ${region} (${name}).`,
    whatToDo: `${signIn} If they work elsewhere, ${region} may not be enabled for the account.`,
  }),
  "access-denied": ({ action, resource }, { message }) => ({
    happened: `Access denied: this identity may not do ${action}${resource ? ` on ${resource}` : ""}.`,
    whatToDo: `Ask for that permission, or use another profile (AWS_PROFILE).${says(message)}`,
  }),
  throttled: ({ action }, { $metadata }) => ({
    happened: `AWS throttled ${action}${$metadata?.attempts ? ` (${$metadata.attempts} attempts)` : ""}.`,
    whatToDo: "Wait a minute and run this again: nothing is broken.",
  }),
  "not-found": ({ action, resource, region }, { message }) => ({
    happened: `${action}: ${resource ?? "it"} does not exist in ${region}.`,
    whatToDo: `Check --stack-name and --region; is it deployed there?${says(message)}`,
  }),
  "wrong-region": ({ resource, region }, { $response }) => {
    const actual = $response?.headers?.["x-amz-bucket-region"];
    return {
      happened: `${resource ?? "The bucket"} is not in ${region}${actual ? ` but in ${actual}` : ""}.`,
      whatToDo: `Set --region ${actual ?? "to where it is"}.`,
    };
  },
  "no-such-endpoint": ({ action, region }) => ({
    happened: `${serviceOf(action)} has no address in ${region} that this machine can find.`,
    whatToDo: "Check --region for a typing error, that the service exists there, and the network connection.",
  }),
  network: ({ action, region }, { code, message }) => ({
    happened: `${serviceOf(action)} in ${region} could not be reached (${typeof code === "string" ? code : message}).`,
    whatToDo: "Check the network, a proxy, and AWS_ENDPOINT_URL variables, then run this again.",
  }),
  clock: () => ({
    happened: "AWS refuses the call because this machine's clock is wrong.",
    whatToDo: "Set the clock (or turn on time synchronization) and run this again.",
  }),
  other: ({ action }, { name, message }) => ({
    happened: `${action} failed: ${name}${message && message !== name ? `: ${message}` : ""}.`,
    whatToDo: "See docs/runbook.md; DEBUG=1 shows where this comes from.",
  }),
};

function serviceOf(action: string): string {
  return action.split(":")[0] ?? action;
}

/** AWS's own words, where they are. */
function says(message: string): string {
  return /^(UnknownError)?$/.test(message) ? "" : ` AWS says: ${message}`;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").replace(/\.\.$/, ".").trim();
}

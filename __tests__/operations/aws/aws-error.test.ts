import { explainAwsError, type FailureKind } from "../../../operations/aws/aws-error";

const call = { action: "glue:GetCatalog", region: "eu-west-1", resource: "s3tablescatalog" };

function sdkError(name: string, message = "", more: object = {}): Error {
  return Object.assign(new Error(message), { name }, more);
}

const cases: readonly (readonly [string, Error, FailureKind])[] = [
  [
    "no credentials",
    sdkError("CredentialsProviderError", "Could not load credentials from any providers"),
    "credentials-missing",
  ],
  [
    "a profile that there is not",
    sdkError(
      "CredentialsProviderError",
      "Could not resolve credentials using profile: [typo] in configuration/credentials file(s).",
    ),
    "credentials-missing",
  ],
  [
    "an SSO session that ended",
    sdkError("CredentialsProviderError", "The SSO session associated with this profile has expired."),
    "credentials-expired",
  ],
  [
    "an SSO token that ended",
    sdkError("TokenProviderError", "Token is expired. To refresh this SSO session run 'aws sso login'"),
    "credentials-expired",
  ],
  [
    "an expired session",
    sdkError("ExpiredTokenException", "The security token included in the request is expired"),
    "credentials-expired",
  ],
  [
    "a wrong key",
    sdkError("UnrecognizedClientException", "The security token included in the request is invalid."),
    "credentials-invalid",
  ],
  ["a wrong secret", sdkError("SignatureDoesNotMatch"), "credentials-invalid"],
  ["access denied", sdkError("AccessDeniedException", "User: arn:x is not authorized"), "access-denied"],
  [
    "403 without a body",
    sdkError("403", "UnknownError", { $metadata: { httpStatusCode: 403 } }),
    "access-denied",
  ],
  [
    "throttling",
    sdkError("ThrottlingException", "Rate exceeded", { $metadata: { attempts: 4 } }),
    "throttled",
  ],
  ["S3's throttling", sdkError("SlowDown"), "throttled"],
  ["nothing there", sdkError("EntityNotFoundException", "Catalog not found"), "not-found"],
  [
    "another Region's bucket",
    sdkError("PermanentRedirect", "", { $response: { headers: { "x-amz-bucket-region": "us-west-2" } } }),
    "wrong-region",
  ],
  [
    "a Region that is none",
    sdkError("Error", "getaddrinfo ENOTFOUND glue.eu-west-9.amazonaws.com", { code: "ENOTFOUND" }),
    "no-such-endpoint",
  ],
  ["a closed port", sdkError("Error", "", { code: "ECONNREFUSED" }), "network"],
  ["a time-out", sdkError("TimeoutError", "socket hang up"), "network"],
  ["a wrong clock", sdkError("RequestTimeTooSkewed"), "clock"],
  ["anything else", sdkError("InternalServiceException", "Something\nbroke."), "other"],
];

it.each(cases)("explains %s in one line, with what to do", (_, error, kind) => {
  const explained = explainAwsError(error, call);

  expect(explained.kind).toBe(kind);
  expect(explained.message).not.toMatch(/\n/);
  expect(explained.message).toMatchSnapshot();
  expect(explained.cause).toBe(error);
});

/** An error as AWS JSON 1.1 sends it. https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html */
export class WireError extends Error {
  override readonly name = "WireError";

  /** @param type the exception's name, by which SDKs tell one from another */
  constructor(
    readonly type: string,
    message: string,
    readonly status = 400,
  ) {
    super(message);
  }
}

/** A value that breaks the API model's constraints. */
export function validationError(problem: string): WireError {
  return new WireError("ValidationException", `1 validation error detected: ${problem}`);
}

/** A member's value that breaks one constraint, in the form in which AWS reports it. */
export function constraintError(member: string, constraint: string): WireError {
  return validationError(`Value at '${member}' failed to satisfy constraint: Member must ${constraint}`);
}

/** What a command was asked to do and cannot: shown as one message, without a stack trace. */
export class UserError extends Error {
  override readonly name: string = "UserError";
  /** 1 for a failure, 2 for wrong usage. */
  readonly exitCode: 1 | 2 = 1;
}

/** A wrong option or argument. */
export class UsageError extends UserError {
  override readonly name = "UsageError";
  override readonly exitCode = 2;
}

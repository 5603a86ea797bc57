/** What a thread that runs a function is started with. */
export interface ThreadData {
  /** Absolute path of the bundle's file. */
  readonly file: string;
  /** The name that the handler is exported under. */
  readonly exportName: string;
  /** Where virtual time begins, in milliseconds since the Unix epoch; absent on the machine's clock. */
  readonly virtualTime?: number;
  /** Seeds Math.random in virtual time, so that a replay can be repeated. */
  readonly seed: number;
}

/** The plain part of Lambda's context object. https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html */
export interface ContextData {
  readonly functionName: string;
  readonly functionVersion: string;
  readonly invokedFunctionArn: string;
  readonly memoryLimitInMB: string;
  readonly awsRequestId: string;
  readonly logGroupName: string;
  readonly logStreamName: string;
}

/** What Lambda answers when a function fails. https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html */
export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

export type ToThread =
  | {
      readonly type: "invoke";
      readonly now: number;
      readonly deadline: number;
      readonly event: unknown;
      readonly context: ContextData;
    }
  /** Lets virtual time pass, up to and including an instant. */
  | { readonly type: "advance"; readonly to: number }
  | { readonly type: "close" };

export type FromThread =
  | { readonly type: "log"; readonly text: string }
  /** Nothing is under way until virtual time passes, or ever when there is no next timer. */
  | { readonly type: "idle"; readonly nextTimerAt?: number }
  | { readonly type: "answer"; readonly json: string }
  | { readonly type: "failure"; readonly error: FunctionError };

export interface FunctionSettings {
  readonly name: string;
  /** Lambda's handler setting, `index.handler`. */
  readonly handler: string;
  readonly logGroup: string;
  readonly region: string;
  readonly memoryMib: number;
  readonly timeoutSeconds: number;
  /** Added to the variables that Lambda sets. */
  readonly environment: Readonly<Record<string, string>>;
  /** Where AWS SDKs in the function find a service: `{ firehose: "http://127.0.0.1:..." }`. */
  readonly endpoints: Readonly<Record<string, string>>;
}

export const logStream = "local/[$LATEST]";

/**
 * The environment variables of a function, and none of this process's: no profile, proxy or credentials of the user.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
 *
 * @param taskRoot the folder that the deployment package lies in
 */
export function functionEnvironment(settings: FunctionSettings, taskRoot: string): Record<string, string> {
  const { name, handler, logGroup, region, memoryMib, environment, endpoints } = settings;
  const endpointVariables = Object.fromEntries(
    Object.entries(endpoints).map(([service, url]) => [`AWS_ENDPOINT_URL_${service.toUpperCase()}`, url]),
  );
  return {
    ...environment,
    ...endpointVariables,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    // The local endpoint does not look at signatures, but the SDK must have something to sign with.
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    // As in Lambda there are no such files; the SDK must not find the user's.
    AWS_CONFIG_FILE: `${taskRoot}/no-config`,
    AWS_SHARED_CREDENTIALS_FILE: `${taskRoot}/no-credentials`,
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMib),
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_LAMBDA_LOG_GROUP_NAME: logGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: logStream,
    LAMBDA_TASK_ROOT: taskRoot,
    LAMBDA_RUNTIME_DIR: taskRoot,
    _HANDLER: handler,
    TZ: ":UTC",
    LANG: "en_US.UTF-8",
    // The SDK announces which Node.js its next versions need; that is not for whoever runs the function.
    NODE_NO_WARNINGS: "1",
  };
}

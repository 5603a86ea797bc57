// The SDK warns on Node.js 20 that later versions of it will not run there. The versions here are pinned and do.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";

/** What every AWS client of the commands is made with. Credentials, profiles and endpoint URLs are resolved by the SDK. */
export interface ClientSettings {
  readonly region: string;
  readonly maxAttempts: number;
}

/** The SDK's standard mode waits longer before each attempt, and longest when it is throttled. */
export function clientSettings(region: string): ClientSettings {
  return { region, maxAttempts: 4 };
}

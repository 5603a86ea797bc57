import type { Json } from "./synthesized";

/**
 * Replaces every `${expression}` in synthesized JSON by what Terraform would make of it.
 *
 * @param values by expression, to the letter
 * @throws Error for an expression that has no value: nothing stays unresolved unseen
 */
export function resolveExpressions(json: Json, values: Readonly<Record<string, unknown>>): Json {
  const resolve = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(resolve);
    if (typeof value === "object" && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, resolve(inner)]));
    }
    if (typeof value !== "string") return value;
    const whole = /^\$\{([^{}]+)\}$/.exec(value)?.[1];
    if (whole !== undefined && whole in values) return values[whole];
    return value.replace(/\$\{([^{}]+)\}/g, (text, expression: string) => {
      if (!(expression in values)) throw new Error(`no value for ${text}`);
      return String(values[expression]);
    });
  };
  return resolve(json) as Json;
}

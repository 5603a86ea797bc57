import type { Json } from "./synthesized";

/**
 * What each resource and data source waits for: its references and its depends_on, as Terraform finds them in the JSON.
 * Addresses are `type.name` and `data.type.name`.
 */
export function dependencies(json: Json): Map<string, Set<string>> {
  const bodies = new Map<string, Json>();
  for (const [prefix, section] of [
    ["", json.resource],
    ["data.", json.data],
  ] as [string, Record<string, Json>][]) {
    for (const [type, instances] of Object.entries(section)) {
      for (const [name, body] of Object.entries(instances))
        bodies.set(`${prefix}${type}.${name}`, body as Json);
    }
  }
  return new Map(
    [...bodies].map(([address, { "//": _, ...body }]) => {
      const words = JSON.stringify(body).match(/(data\.)?[a-z0-9_]+\.[a-z0-9_]+/g) ?? [];
      return [address, new Set(words.filter((word) => bodies.has(word) && word !== address))];
    }),
  );
}

/** Whether `later` waits for `earlier`, directly or through others. */
export function waitsFor(graph: Map<string, Set<string>>, later: string, earlier: string): boolean {
  const seen = new Set<string>();
  const open = [later];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    open.push(...(graph.get(next) ?? []));
  }
  return later !== earlier && seen.has(earlier);
}

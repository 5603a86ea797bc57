type Child = Node | string | number | false | undefined;

type Properties = Readonly<Record<string, string | number | boolean | undefined>>;

/** An element with attributes and children. Text becomes a text node: nothing here ever parses markup. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Properties = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const created = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) created.setAttribute(name, "");
    else if (value !== false && value !== undefined) created.setAttribute(name, String(value));
  }
  created.append(...present(children));
  return created;
}

export function replaceContent(parent: Element, ...children: readonly Child[]): void {
  parent.replaceChildren(...present(children));
}

/** @throws Error when the page lacks it */
export function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no #${id}.`);
  return found;
}

/** Sets text only where it differs, so that a selection and a screen reader are left alone. */
export function setText(node: Element, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}

function present(children: readonly Child[]): (Node | string)[] {
  return children
    .filter((child) => child !== undefined && child !== false)
    .map((child) => (typeof child === "number" ? String(child) : child));
}

import { UserError } from "../../local/cli/user-error";

/** A value that the stack's variables can have. */
export type VariableValue = string | number | boolean | null;

const tokenPattern =
  /[ \t\r]+|(?<comment>(?:#|\/\/)[^\n]*|\/\*[\s\S]*?\*\/)|(?<newline>\n)|(?<equals>=)|(?<name>[\p{L}_][\p{L}\p{N}_-]*)|(?<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?<text>"(?:[^"\\\n]|\\.)*")/uy;

const escapes: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", '"': '"', "\\": "\\" };

interface Token {
  readonly kind: string;
  readonly text: string;
  readonly line: number;
}

/**
 * The variables of a `.tfvars` file: assignments of a string, number, boolean or null, as the stack's variables are.
 * Lists, maps, heredocs and `${...}` are refused, with their line, rather than read wrongly.
 * https://developer.hashicorp.com/terraform/language/syntax/configuration
 *
 * @throws UserError naming the file and the line
 */
export function readVariableDefinitions(text: string, file: string): ReadonlyMap<string, VariableValue> {
  const variables = new Map<string, VariableValue>();
  let line: Token[] = [];
  const endLine = () => {
    const [name, equals, value, ...rest] = line;
    const first = line[0];
    line = [];
    if (!first) return;
    const refuse = (rule: string) => new UserError(`${file}, line ${first.line}: ${rule}`);
    if (name?.kind !== "name" || equals?.kind !== "equals") {
      throw refuse('this is not an assignment such as stack_name = "my-streaming-demo".');
    }
    if (!value || rest.length > 0) {
      throw refuse(`${name.text} must be one string in quotes, one number, true, false or null.`);
    }
    if (variables.has(name.text)) throw refuse(`${name.text} is set twice.`);
    variables.set(
      name.text,
      valueOf(value, () =>
        refuse(
          `${name.text} must be a string in quotes, a number, true, false or null; received ${value.text}`,
        ),
      ),
    );
  };
  for (const token of tokens(text, file)) {
    if (token.kind === "newline") endLine();
    else line.push(token);
  }
  endLine();
  return variables;
}

function* tokens(text: string, file: string): Generator<Token> {
  const pattern = new RegExp(tokenPattern);
  let line = 1;
  // A byte order mark, as some editors on Windows write it.
  for (let position = text.startsWith("\uFEFF") ? 1 : 0; position < text.length;) {
    pattern.lastIndex = position;
    const match = pattern.exec(text);
    if (!match) {
      const [found = ""] = text.slice(position, position + 20).split("\n");
      throw new UserError(
        `${file}, line ${line}: cannot read ${found.trimEnd()}  Only strings, numbers, true, false and null are read here.`,
      );
    }
    const groups: Readonly<Record<string, string | undefined>> = match.groups ?? {};
    const [kind] = Object.entries(groups).find(([, group]) => group !== undefined) ?? ["space"];
    const [found] = match;
    if (kind !== "space" && kind !== "comment") yield { kind, text: found, line };
    line += found.split("\n").length - 1;
    position += found.length;
  }
}

const lastCodePoint = 0x10ffff;

function valueOf({ kind, text }: Token, refuse: () => UserError): VariableValue {
  if (kind === "number") return Number(text);
  if (kind === "name") {
    if (text === "true" || text === "false") return text === "true";
    if (text === "null") return null;
    throw refuse();
  }
  if (kind !== "text") throw refuse();
  const content = text.slice(1, -1);
  const isTemplate = /(?<![$%])(?:\$\$)*\$\{|(?<![$%])(?:%%)*%\{/.test(content);
  if (isTemplate) throw refuse();
  return content
    .replaceAll(
      /\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))/g,
      (_, short?: string, long?: string, letter?: string) => {
        const code = short ?? long;
        if (code !== undefined) {
          const codePoint = Number.parseInt(code, 16);
          if (codePoint > lastCodePoint) throw refuse();
          return String.fromCodePoint(codePoint);
        }
        const character = escapes[letter ?? ""];
        if (character === undefined) throw refuse();
        return character;
      },
    )
    .replaceAll("$${", "${")
    .replaceAll("%%{", "%{");
}

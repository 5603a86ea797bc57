import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readVariableDefinitions } from "../../../operations/deployment/variable-definitions";

const read = (text: string) => Object.fromEntries(readVariableDefinitions(text, "terraform.tfvars"));

it("reads the project's own example", () => {
  const example = readFileSync(join(__dirname, "../../../terraform.tfvars.example"), "utf8");

  expect(read(example)).toEqual({
    stack_name: "my-streaming-demo",
    region: "us-east-1",
    enable_encryption: true,
    lake_formation_grants: true,
    generator_enabled: true,
    alarm_email: "",
  });
});

it.each([
  ["comments of all three kinds", 'a = 1 # x\n// b = 2\n/* c = 3\n d = 4 */ e = "5"', { a: 1, e: "5" }],
  ["signs of comments in a string", 'a = "# // /*"', { a: "# // /*" }],
  ["escapes", String.raw`a = "\"\\\n\t\u00e9\U0001F600"`, { a: '"\\\n\té😀' }],
  ["escaped templates", 'a = "$${x} %%{y} $ %"', { a: "${x} %{y} $ %" }],
  [
    "numbers, booleans and null",
    "a = -1.5e3\nb = true\nc = false\nd = null",
    { a: -1500, b: true, c: false, d: null },
  ],
  ["Windows line ends and a byte order mark", '\uFEFFa = "x"\r\nb = 2\r\n', { a: "x", b: 2 }],
  ["no blanks", 'a="x"', { a: "x" }],
  ["nothing", "\n# nothing\n", {}],
])("reads %s", (_, text, variables) => {
  expect(read(text)).toEqual(variables);
});

it.each([
  ["a list", 'a = 1\nb = ["x"]', /line 2: cannot read \["x"\] /],
  ["a map", "a = {\n}", /line 1: cannot read/],
  ["a heredoc", "a = <<EOT\nx\nEOT", /line 1: cannot read <<EOT /],
  ["a string without end", 'a = "x\nb = 1', /line 1: cannot read "x /],
  ["a template", 'a = "${var.b}"', /line 1: a must be a string/],
  ["an expression", "a = 1 + 2", /line 1: cannot read \+ 2/],
  ["a bare word", "a = yes", /line 1: a must be .* received yes/],
  ["an unknown escape", String.raw`a = "\x"`, /line 1: a must be/],
  ["a value without name", '= "x"', /line 1: this is not an assignment/],
  ["a name without value", "a =", /line 1: a must be one string/],
  ["two values", 'a = "x" "y"', /line 1: a must be one string/],
  ["the same name twice", "\na = 1\na = 2", /line 3: a is set twice/],
])("rejects %s, with its line", (_, text, message) => {
  expect(() => read(text)).toThrow(message);
});

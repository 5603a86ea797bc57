import { execFileSync } from "node:child_process";
import { truncateSync } from "node:fs";
import { join } from "node:path";
import {
  mostSettingsBytes,
  readJsonSettings,
  readSettingsFile,
} from "../../../operations/deployment/settings-file";
import { OperatorProject } from "../../support/operator-command";

let project: OperatorProject;
let path: string;

beforeEach(() => {
  project = new OperatorProject().write("outputs.json", '{"a":1}');
  path = join(project.directory, "outputs.json");
});

afterEach(() => {
  project.remove();
});

it("reads a file as it is, up to the largest", () => {
  expect(readSettingsFile(path, "outputs.json")).toBe('{"a":1}');
  expect(readJsonSettings(path, "outputs.json")).toEqual({ a: 1 });
  truncateSync(path, mostSettingsBytes);
  expect(readSettingsFile(path, "outputs.json")).toHaveLength(mostSettingsBytes);
});

it("rejects a larger one with its size and what is allowed", () => {
  truncateSync(path, mostSettingsBytes + 1);

  expect(() => readSettingsFile(path, "outputs.json")).toThrow(
    "outputs.json has 1048577 bytes, and at most 1048576 are read. Mend or remove it.",
  );
});

it("rejects what is no regular file, without waiting for its end", () => {
  expect(() => readSettingsFile(project.directory, "outputs.json")).toThrow(
    "outputs.json is not a regular file. Mend or remove it.",
  );
  if (process.platform === "win32") return;
  const pipe = join(project.directory, "pipe");
  execFileSync("mkfifo", [pipe]);
  expect(() => readSettingsFile(pipe, "terraform.tfvars")).toThrow("is not a regular file");
});

it("rejects a file that cannot be read, and says why", () => {
  expect(() => readSettingsFile(join(project.directory, "gone"), "outputs.json")).toThrow(
    /^outputs\.json cannot be read: .*ENOENT/,
  );
});

it.each([
  ["{", /^outputs\.json is not JSON: .*\. Mend or remove it\.$/s],
  ["[1]", /^outputs\.json must hold a JSON object\. Mend or remove it\.$/],
  ["null", /^outputs\.json must hold a JSON object/],
  ["[".repeat(1_000_000), /^outputs\.json is not JSON/],
])("rejects JSON that holds no object: %.20s", (text, message) => {
  project.write("outputs.json", text);

  expect(() => readJsonSettings(path, "outputs.json")).toThrow(message);
});

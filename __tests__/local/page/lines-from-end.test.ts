import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { linesFromEnd } from "../../../local/page/lines-from-end";

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "lines-test-"));
});

afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

async function lines(text: string, limitBytes = Infinity): Promise<string[]> {
  const path = join(directory, "file");
  writeFileSync(path, text);
  const file = await open(path);
  try {
    const found: string[] = [];
    for await (const line of linesFromEnd(file, Buffer.byteLength(text), limitBytes))
      found.push(line.toString("utf8"));
    return found;
  } finally {
    await file.close();
  }
}

it.each([
  ["an empty file", "", []],
  ["one line", "a", ["a"]],
  ["lines with a newline at the end", "a\nb\n", ["b", "a"]],
  ["lines without one", "a\nb", ["b", "a"]],
  ["empty lines, which are left out", "\na\n\n\nb\n\n", ["b", "a"]],
])("reads %s", async (_which, text, expected) => {
  expect(await lines(text)).toEqual(expected);
});

it.each([65_534, 65_535, 65_536, 65_537, 131_071, 131_072, 200_000])(
  "joins a line of %i bytes from its chunks",
  async (length) => {
    const long = `é${"x".repeat(length - 2)}`;
    expect(await lines(`first\n${long}\nlast\n`)).toEqual(["last", long, "first"]);
    expect(await lines(`${long}\n`)).toEqual([long]);
  },
);

it("leaves out a line that begins before the bytes that it may read", async () => {
  expect(await lines("aaaa\nbbbb\ncccc\n", 11)).toEqual(["cccc", "bbbb"]);
  expect(await lines("aaaa\nbbbb\ncccc\n", 14)).toEqual(["cccc", "bbbb"]);
  expect(await lines("aaaa\nbbbb\ncccc\n", 15)).toEqual(["cccc", "bbbb", "aaaa"]);
  expect(await lines("aaaa\n", 0)).toEqual([]);
});

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { recordCases } from "../../../local/firehose/record-cases";

const page = readFileSync(join(__dirname, "../../../docs/deviations-from-aws.md"), "utf8");

/** The cells of the table that follows a heading, without its head. */
function tableBelow(heading: string): string[][] {
  const [, section = ""] = page.split(`\n${heading}\n`);
  const [text = ""] = section.split("\n#");
  const rows = text.split("\n").filter((line) => line.startsWith("|"));
  return rows.slice(2).map((row) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

it("lists every decision on records as the code has it, in its order", () => {
  const decisions = recordCases.map(({ title, stored, refusal, basis }) => [
    title,
    refusal ? `refused: \`${refusal.errorCode}\`` : `accepted: ${stored ?? ""}`,
    basis,
  ]);
  expect(tableBelow("### Records")).toEqual(decisions);
});

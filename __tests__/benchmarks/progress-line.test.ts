import { showLines } from "../../benchmarks/progress-line";

function written(isTTY: boolean, columns: number): string[] {
  const texts: string[] = [];
  const lines = showLines({ isTTY, columns, write: (text: string) => texts.push(text) > 0 }, "[1/2] query");
  lines.show("run 1 of 3");
  lines.clear();
  return texts;
}

describe("showLines", () => {
  it("writes plain lines where there is no terminal", () => {
    expect(written(false, 80)).toEqual(["[1/2] query: run 1 of 3\n"]);
  });

  it("rewrites one line of a terminal and leaves nothing of it", () => {
    expect(written(true, 80)).toEqual(["\r\u001b[2K[1/2] query: run 1 of 3 (0 s)", "\r\u001b[2K"]);
  });

  it("keeps the line shorter than the terminal is wide, so that it can be rewritten", () => {
    expect(written(true, 24)[0]).toBe("\r\u001b[2K[1/2] query: run 1 of 3");
  });
});

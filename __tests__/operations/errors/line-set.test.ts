import fc from "../../support/fast-check";
import { LineSet } from "../../../operations/errors/line-set";

it("holds exactly the lines that were added, in whatever order", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 40 })), (lines) => {
      const set = new LineSet();
      for (const line of lines) set.add(line);

      const held = Array.from({ length: 42 }, (_, line) => line).filter((line) => set.has(line));
      expect(held).toEqual([...new Set(lines)].sort((a, b) => a - b));
    }),
  );
});

import { fullTiers } from "../../../local/iceberg/size-tiers";

const tiersOf = (sizes: readonly number[]) => fullTiers(sizes, (size) => size, 4);

test("groups what is about equally large, smallest first", () => {
  expect(tiersOf([100, 1, 70, 1, 64, 2, 255, 3])).toEqual([
    [1, 1, 2, 3],
    [100, 70, 64, 255],
  ]);
});

test("leaves tiers alone that are not full", () => {
  expect(tiersOf([1, 2, 3, 5, 6, 7, 17, 18, 19])).toEqual([]);
});

test("counts an exact power to the higher tier", () => {
  expect(tiersOf([4, 5, 15, 3, 16, 14])).toEqual([[4, 5, 15, 14]]);
});

test("writes each thing again only once for each tier", () => {
  let things: { readonly size: number }[] = [];
  let written = 0;
  for (let step = 0; step < 4 ** 5; step++) {
    things.push({ size: 1 });
    for (;;) {
      const [merged] = fullTiers(things, ({ size }) => size, 4);
      if (merged === undefined) break;
      const size = merged.reduce((sum, thing) => sum + thing.size, 0);
      things = [...things.filter((thing) => !merged.includes(thing)), { size }];
      written += size;
    }
  }
  expect(things).toEqual([{ size: 4 ** 5 }]);
  expect(written).toBe(5 * 4 ** 5);
});

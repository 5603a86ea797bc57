import { closest } from "../../../local/cli/closest";

const candidates = ["all-sensor-data", "average-temperature-by-location", "sensor-activity-summary"];

test.each([
  ["all-sensor-date", "all-sensor-data"],
  ["AVERAGE-temperature-by-location", "average-temperature-by-location"],
  ["temperature", "average-temperature-by-location"],
  ["sensor-activty-sumary", "sensor-activity-summary"],
])("%s most likely means %s", (word, candidate) => {
  expect(closest(word, candidates)).toBe(candidate);
});

test.each(["completely-different", "xyz"])("%s means none", (word) => {
  expect(closest(word, candidates)).toBeUndefined();
});

test("there is none among no candidates", () => {
  expect(closest("word", [])).toBeUndefined();
});

import { settings } from "../../pipeline/settings";
import { hourOfRecords } from "../firehose/hour";

const { recordsPerSecond, runSeconds } = settings.generator;
const key = '"timestamp":';
const hundredths = Array.from({ length: 100 }, (_, n) => Buffer.from(String(n).padStart(2, "0")));

/** A minute's records, used over and over, each time with other times and measurements. */
export interface MinuteOfRecords {
  /** @param time seconds since the epoch. The records are good until the next call. */
  second(index: number, time: number): readonly Buffer[];
}

interface Template {
  readonly record: Buffer;
  /** Where the ten digits of the time are. */
  readonly time: number;
  /** Where the two decimals of each measurement are. */
  readonly decimals: readonly number[];
}

/**
 * Encoding every record anew would cost as much as what is to be measured, so only digits are overwritten: the time,
 * and the measurements' decimals with pseudo-random ones, so that the files compress no better than the generator's.
 */
export function minuteOfRecords(): MinuteOfRecords {
  const templates = hourOfRecords(recordsPerSecond * runSeconds).map(templateOf);
  const records = templates.map(({ record }) => record);
  let state = 1;
  return {
    second(index, time) {
      const begin = index * recordsPerSecond;
      const digits = Buffer.from(String(time));
      for (let n = begin; n < begin + recordsPerSecond; n += 1) {
        const template = templates[n];
        if (!template) throw new RangeError(`there is no second ${index}`);
        digits.copy(template.record, template.time);
        for (const place of template.decimals) {
          // The constants of Numerical Recipes; the high bits are the good ones.
          state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
          hundredths[Math.floor((state / 2 ** 32) * 100)]?.copy(template.record, place);
        }
      }
      return records.slice(begin, begin + recordsPerSecond);
    },
  };
}

function templateOf(record: Buffer): Template {
  const decimals: number[] = [];
  for (let at = record.indexOf("."); at >= 0; at = record.indexOf(".", at + 1)) decimals.push(at + 1);
  return { record, time: record.indexOf(key) + key.length, decimals };
}

import type { FailedRecord } from "./failed-record";

/** What a listing keeps of a failed record: all of it, as a rule. `--show` has all of it always. */
export interface Excerpt extends FailedRecord {
  /** Set when something was left out, because the record is so large. */
  readonly shortened?: true;
}

const longestText = 1_000;
const mostDataBytes = 4_096;
/** As JSON. */
const longestOther = 4_096;

export function excerptOf(record: FailedRecord): Excerpt {
  const { data, errorCode, errorMessage, other, ...numbers } = record;
  const isShort = [errorCode, errorMessage].every((text) => text.length <= longestText);
  const isSmall = data.length <= mostDataBytes && JSON.stringify(other).length <= longestOther;
  if (isShort && isSmall) return record;
  return {
    ...numbers,
    errorCode: shortText(errorCode),
    errorMessage: shortText(errorMessage),
    // A copy: a view would keep the memory of all of it.
    data: Buffer.from(data.subarray(0, mostDataBytes)),
    other: JSON.stringify(other).length <= longestOther ? other : {},
    shortened: true,
  };
}

/** The beginning of a text, without the memory of the rest. */
export function shortText(text: string): string {
  if (text.length <= longestText) return text;
  return `${Buffer.from(text.slice(0, longestText)).toString()}...`;
}

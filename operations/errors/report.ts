import { printable, printableData, shorten } from "../shell/printable";
import type { Ink } from "../shell/ink";
import type { FailedRecord } from "./failed-record";
import type { Listing } from "./groups";
import type { RecordPlace } from "./read-records";
import type { ReplayCounts, ReplayResult } from "./replay";

const count = (value: number, unit: string) =>
  `${value.toLocaleString("en-US")} ${unit}${value === 1 ? "" : "s"}`;
const longestExample = 160;

/** The listing for people. @param command what lists it, to be extended in the hints */
export function listingReport(listing: Listing, location: string, command: string, ink: Ink): string {
  const { groups, records, ungrouped, objects, unreadable, unreadableExamples } = listing;
  if (records === 0 && unreadable === 0)
    return `No failed records in ${location}: everything was delivered.\n`;
  const lines = [`${count(records, "failed record")} in ${count(objects, "object")} of ${location}`];
  for (const { errorCode, hour, records: inGroup, example } of groups) {
    lines.push(
      "",
      `${ink("bold", printable(errorCode))}  ${hour.replace("T", " ")}:00 UTC  ${count(inGroup, "record")}`,
      `  ${shorten(printable(example.record.errorMessage), longestExample)}`,
      `  #${example.number}  ${printableData(example.record.data, longestExample)}`,
    );
  }
  if (ungrouped > 0) {
    lines.push(
      "",
      `${count(ungrouped, "record")} of yet other codes and hours: look at fewer with --code, --since and --until`,
    );
  }
  if (unreadable > 0) {
    lines.push(
      "",
      `${ink("red", count(unreadable, "line"))} cannot be read as failed records:`,
      ...unreadableExamples.map(
        ({ place, reason }) => `  ${printable(place.object.key)}, line ${place.line}: ${printable(reason)}`,
      ),
    );
  }
  const [first] = groups;
  if (first) {
    lines.push(
      "",
      `Look at one:     ${command} --show ${first.example.number}`,
      `Send them again: ${command} --replay (with --map module.ts where they need mending)`,
    );
  }
  return `${lines.join("\n")}\n`;
}

/** The listing for scripts. */
export function listingJson(listing: Listing, location: string): object {
  const { groups, unreadableExamples, ...totals } = listing;
  return {
    location,
    ...totals,
    unreadableExamples: unreadableExamples.map(({ place, reason }) => ({ ...placeJson(place), reason })),
    groups: groups.map(({ example, ...group }) => ({
      ...group,
      example: { number: example.number, ...placeJson(example.place), ...recordJson(example.record) },
    })),
  };
}

const time = (milliseconds: number | undefined) => {
  const date = new Date(milliseconds ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? "not given" : date.toISOString();
};

/** One failed record, whole, for people. */
export function recordReport(number: number, place: RecordPlace, record: FailedRecord, ink: Ink): string {
  const field = (name: string, value: string) => `${ink("bold", `${name}:`.padEnd(12))} ${value}`;
  const others = Object.entries(record.other).map(([name, value]) =>
    field(printable(name), printable(JSON.stringify(value))),
  );
  return [
    field("record", `#${number}`),
    field("object", printable(place.object.key)),
    field("line", String(place.line)),
    field("error", printable(record.errorCode)),
    field("message", printable(record.errorMessage)),
    field("attempts", String(record.attemptsMade ?? "not given")),
    field("arrived", time(record.arrivalTimestamp)),
    field("given up", time(record.attemptEndingTimestamp)),
    ...others,
    field("data", `${record.data.length} bytes`),
    printableData(record.data),
    "",
  ].join("\n");
}

export function recordJson(record: FailedRecord): object {
  const { data, ...fields } = record;
  return { ...fields, text: data.toString("utf8"), rawData: data.toString("base64") };
}

export function placeJson({ object, line }: RecordPlace): object {
  return { object: object.key, line };
}

/** In the order of the report; a zero is left out. */
const outcomes: readonly (readonly [keyof ReplayCounts, string])[] = [
  ["before", "settled by an earlier replay"],
  ["failedAgain", "replayed before and failed again (--again sends them once more)"],
  ["dropped", "left out by the map"],
  ["unrepaired", "not repaired by the map"],
  ["refused", "not taken by Firehose"],
  ["inDoubt", "in doubt: sent, but the answer never came (--in-doubt resend or done)"],
  ["left", "not sent, because the replay ended before"],
];

/** Whether every record that was read is settled now. */
export function isSettled({ counts, failure, stopped }: ReplayResult): boolean {
  const { failedAgain, unrepaired, refused, inDoubt, left, unreadable } = counts;
  return (
    failure === undefined &&
    !stopped &&
    failedAgain + unrepaired + refused + inDoubt + left + unreadable === 0
  );
}

export function replayReport(result: ReplayResult, dryRun: boolean): string {
  const { counts, examples, failure, stopped } = result;
  const number = (value: number) => value.toLocaleString("en-US").padStart(10);
  const lines = [
    `${number(counts.read)} failed records read`,
    `${number(counts.sent)} ${dryRun ? "would be sent" : "sent to the stream, acknowledged"}`,
    ...outcomes
      .filter(([key]) => counts[key] > 0)
      .map(([key, meaning]) => `${number(counts[key])} ${meaning}`),
  ];
  if (counts.unreadable > 0) lines.push(`${number(counts.unreadable)} lines that hold no failed record`);
  lines.push(...examples.map((example) => `  ${printable(example)}`));
  if (failure) lines.push(failure.message);
  if (failure !== undefined || stopped)
    lines.push("Stopped. What was sent is in the ledger: run the same command to go on.");
  if (!dryRun && counts.sent > 0) {
    lines.push("The rows come with the next buffer. What fails again comes back here: npm run errors");
  }
  return `${lines.join("\n")}\n`;
}

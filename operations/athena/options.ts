import { InvalidArgumentError, Option } from "commander";

export interface AthenaFlags {
  readonly workgroup: string;
  readonly outputLocation?: string;
}

/** Where a query runs in Athena and where its result goes. */
export function athenaOptions(): Option[] {
  return [
    new Option("--workgroup <name>", "the Athena workgroup").default("primary"),
    new Option(
      "--output-location <s3-uri>",
      "where Athena keeps results, if the workgroup has no place",
    ).argParser((text: string) => {
      if (/^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/.*)?$/.test(text)) return text;
      throw new InvalidArgumentError('It must look like "s3://my-athena-results/prefix/".');
    }),
  ];
}

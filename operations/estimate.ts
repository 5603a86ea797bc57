import { InvalidArgumentError, Option } from "commander";
import { createCommand, runCommand } from "../local/cli/command";
import { wholeNumber } from "../local/cli/options";
import { icebergDestinationLimits, putRecordBatchLimits } from "../pipeline/firehose-limits";
import { pricedRegion, prices, pricesAsOf } from "../pipeline/prices";
import { findDeployment } from "./deployment/deployment-settings";
import { estimateReport } from "./estimate/report";
import { estimate } from "./estimate/scaling";
import { defaultWorkload } from "./estimate/workload";
import { inkFor } from "./shell/ink";
import { jsonOption, positiveNumber, regionOption } from "./shell/options";

interface EstimateOptions {
  readonly recordsPerSecond: number;
  readonly recordBytes: number;
  readonly bufferMib: number;
  readonly region?: string;
  readonly generator: boolean;
  readonly scale: readonly number[];
  readonly json?: true;
}

const { bufferingSizeMib } = icebergDestinationLimits;

function readFactors(text: string): number[] {
  const factors = text
    .split(",")
    .map((part) => (/^\d+(\.\d+)?$/.test(part.trim()) ? Number(part) : Number.NaN));
  if (factors.every((factor) => Number.isFinite(factor) && factor > 0)) return factors;
  throw new InvalidArgumentError('It must be one or more factors above 0, such as "10,100".');
}

const command = createCommand(
  "npm run estimate --",
  "Monthly cost, capacity and latency of the pipeline, and what changes when it grows. Calls nobody.",
)
  .addOption(
    new Option("--records-per-second <n>", "records, while they are sent")
      .default(defaultWorkload.recordsPerSecond)
      .argParser(positiveNumber),
  )
  .addOption(
    new Option("--record-bytes <n>", "bytes of one record")
      .default(defaultWorkload.recordBytes)
      .argParser(wholeNumber(1, putRecordBatchLimits.recordBytes)),
  )
  .addOption(
    new Option("--buffer-mib <n>", "the stream's buffering size hint")
      .default(defaultWorkload.bufferingSizeMib)
      .argParser(wholeNumber(bufferingSizeMib.min, bufferingSizeMib.max)),
  )
  .option("--no-generator", "your own producers send, all the time, and no function is paid for")
  .addOption(regionOption())
  .addOption(
    new Option("--scale <factors>", "how many times as much to look at")
      .default([10, 100], "10,100")
      .argParser(readFactors),
  )
  .addOption(jsonOption())
  .action((options: EstimateOptions) => {
    const { region, variables } = findDeployment(
      { ...(options.region && { region: options.region }) },
      "next-deploy",
    );
    const workload = {
      recordsPerSecond: options.recordsPerSecond,
      recordBytes: options.recordBytes,
      region,
      generator: options.generator,
      bufferingSizeMib: options.bufferMib,
      encrypted: variables.enableEncryption,
    };
    const estimates = [1, ...options.scale].map((factor) => estimate(workload, factor));
    if (options.json) {
      const answer = { pricesAsOf, pricedRegion, prices, estimates };
      process.stdout.write(`${JSON.stringify(answer, undefined, 2)}\n`);
    } else process.stdout.write(estimateReport(estimates, inkFor(process.stdout)));
  })
  .addHelpText(
    "after",
    `
Examples:
  npm run estimate
  npm run estimate -- --records-per-second 2000 --record-bytes 500
  npm run --silent estimate -- --no-generator --scale 10,100,10000 --json`,
  );

void runCommand(command, process.argv.slice(2));

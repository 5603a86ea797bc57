import { Option } from "commander";
import { icebergDestinationLimits } from "../pipeline/firehose-limits";
import { pipelineNames } from "../pipeline/names";
import { settings } from "../pipeline/settings";
import { createCommand, runCommand } from "./cli/command";
import { stackNameOption, warehouseOption, wholeNumber } from "./cli/options";
import { parseFaults } from "./firehose/faults";
import { openLocalServer } from "./local-server";
import { startText, summaryText } from "./serve-report";
import { warehouse as warehouseOf } from "./warehouse";

interface ServeOptions {
  readonly port: number;
  readonly warehouse: string;
  readonly stackName: string;
  readonly generator: boolean;
  readonly bufferSeconds: number;
  readonly bufferMib: number;
  readonly retrySeconds: number;
  readonly faults: string;
}

const {
  bufferingSizeMib: sizes,
  bufferingIntervalSeconds: intervals,
  retryDurationSeconds: retryDurations,
} = icebergDestinationLimits;

const command = createCommand(
  "npm run serve --",
  "Serve a local Amazon Data Firehose for any AWS client, with an Apache Iceberg table behind it and a live " +
    "dashboard, until Ctrl-C. No AWS account is needed.",
)
  .addOption(
    new Option("--port <n>", "of the endpoint and the dashboard, on 127.0.0.1; 0 for any that is free")
      .default(settings.local.port)
      .argParser(wholeNumber(0, 65_535)),
  )
  .addOption(warehouseOption())
  .addOption(stackNameOption())
  .addOption(new Option("--no-generator", "do not run the data generator"))
  .addOption(
    new Option("--buffer-seconds <n>", "deliver at the latest after this time")
      .default(settings.deliveryStream.bufferingIntervalSeconds)
      .argParser(wholeNumber(intervals.min, intervals.max)),
  )
  .addOption(
    new Option("--buffer-mib <n>", "deliver as soon as this much is buffered")
      .default(settings.deliveryStream.bufferingSizeMib)
      .argParser(wholeNumber(sizes.min, sizes.max)),
  )
  .addOption(
    new Option("--retry-seconds <n>", "retry a commit that fails for this long, then give its records up")
      .default(settings.deliveryStream.retryDurationSeconds)
      .argParser(wholeNumber(retryDurations.min, retryDurations.max)),
  )
  .addOption(
    new Option(
      "--faults <list>",
      'what goes wrong and how often, such as "throttle=0.05,commit=0.5"',
    ).default(""),
  )
  .action(serve);

async function serve(options: ServeOptions): Promise<void> {
  const { port, stackName, generator: withGenerator } = options;
  const faults = parseFaults(options.faults);
  const names = pipelineNames(stackName);
  const warehouse = warehouseOf(options.warehouse, names);
  const buffering = {
    ...settings.deliveryStream,
    bufferingSizeMib: options.bufferMib,
    bufferingIntervalSeconds: options.bufferSeconds,
    retryDurationSeconds: options.retrySeconds,
  };
  console.log(`Serving ${stackName} on this machine, no AWS account.`);
  const stop = firstSignal();
  const server = await openLocalServer({
    names,
    warehouse,
    port,
    buffering,
    faults,
    withGenerator,
    onDelivery: ({ rows, failed, bytes, error }) => {
      const failures = failed > 0 ? `, ${count(failed)} failed` : "";
      const reason = error instanceof Error ? `: ${error.message}` : "";
      say(
        `delivered ${count(rows)} ${rows === 1 ? "row" : "rows"} (${count(bytes)} bytes)${failures}${reason}`,
      );
    },
    onInvocation: ({ durationMs, outcome }) => {
      const result = "error" in outcome ? `failed: ${outcome.error.errorMessage}` : "done";
      say(`data generator ${result} (${(durationMs / 1000).toFixed(1)} s)`);
    },
    onMaintenance: ({ compactedFiles, compactedInto }) => {
      if (compactedFiles > 0) say(`compacted ${compactedFiles} data files into ${compactedInto}`);
    },
    onProblem: ({ message, stack }) => {
      process.exitCode = 1;
      say(process.env.DEBUG === "1" ? (stack ?? message) : message);
    },
  });
  console.log(startText({ names, warehouse, buffering, withGenerator, url: server.url }));
  await stop;
  console.log(
    "\nStopping: what is buffered is being delivered. Ctrl-C once more stops at once and loses nothing.",
  );
  console.log(summaryText(await server.close(), warehouse));
}

/** Resolves at the first signal; the second one ends the process, whose acknowledged records are on disk. */
function firstSignal(): Promise<void> {
  return new Promise((resolve) => {
    let isStopping = false;
    for (const [signal, number] of [
      ["SIGINT", 2],
      ["SIGTERM", 15],
    ] as const) {
      // Other commands end at the first one.
      process.removeAllListeners(signal);
      process.on(signal, () => {
        if (isStopping) process.exit(128 + number);
        isStopping = true;
        resolve();
      });
    }
  });
}

function say(text: string): void {
  console.log(`${new Date().toISOString().slice(11, 19)} UTC  ${text}`);
}

const count = (value: number) => value.toLocaleString("en-US");

void runCommand(command, process.argv.slice(2));

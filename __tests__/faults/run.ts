/** `npm run test:faults`: real servers, killed, starved and lied to, and what their files hold afterwards. */
import { availableParallelism } from "node:os";
import { Option } from "commander";
import { createCommand, runCommand } from "../../local/cli/command";
import { wholeNumber } from "../../local/cli/options";
import { showProgress } from "../../local/cli/progress";
import { runCampaign } from "./campaign";
import { ServingProcess } from "./serving-process";
import { SmallDisk } from "./small-disk";

interface FaultsOptions {
  readonly rounds: number;
  readonly seed: number;
  readonly concurrency: number;
}

const command = createCommand(
  "npm run test:faults --",
  "Serve while things go wrong, and check after each round that every acknowledged record is in the table or in the " +
    "error bucket exactly once. A seed fixes what goes wrong and when; how processes interleave is up to the machine.",
)
  .addOption(
    new Option("--rounds <n>", "incidents to go through").default(50).argParser(wholeNumber(1, 1_000_000)),
  )
  .addOption(
    new Option("--seed <n>", "of the first warehouse")
      .default(Date.now() % 1_000_000, "another one each time")
      .argParser(wholeNumber(0, 2 ** 31)),
  )
  .addOption(
    new Option("--concurrency <n>", "servers at the same time")
      .default(availableParallelism() + 1)
      .argParser(wholeNumber(1, 64)),
  )
  .action(async ({ rounds, seed, concurrency }: FaultsOptions) => {
    console.log(`${rounds} rounds from seed ${seed}`);
    const progress = showProgress(process.stderr, rounds, "rounds");
    let done = 0;
    const started = performance.now();
    try {
      const result = await runCampaign({
        rounds,
        seed,
        concurrency,
        onRound: ({ incident }) => {
          progress.update(++done, incident);
        },
      });
      const seconds = (performance.now() - started) / 1000;
      progress.stop();
      for (const [incident, count] of result.incidents)
        console.log(`${String(count).padStart(5)}  ${incident}`);
      if (result.diskShortcoming !== undefined)
        console.log(
          `Full disks were played by failing writes: no small disk here (${result.diskShortcoming}).`,
        );
      console.log(
        `${result.acknowledged} of ${result.records} records were acknowledged, and each is there once (${seconds.toFixed(0)} s).`,
      );
    } finally {
      progress.stop();
    }
  });

process.on("exit", () => {
  ServingProcess.killAll();
  SmallDisk.removeAll();
});
// The first signal ends the process; npm passes on what the terminal sent already, and that must not cut the end short.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => undefined);

void runCommand(command, process.argv.slice(2));

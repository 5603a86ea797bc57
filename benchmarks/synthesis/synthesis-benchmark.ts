import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { alternate, type Benchmark, type BenchmarkOptions, type Figure, ratios } from "../harness";

const root = join(__dirname, "..", "..");

/** The command that cdktf runs, as words. */
function appCommand(): readonly string[] {
  const { app } = JSON.parse(readFileSync(join(root, "cdktf.json"), "utf8")) as { app: string };
  return app.split(" ");
}

/** Milliseconds of a command in a process of its own, from before it is started until it has ended. */
function timed([command = "", ...args]: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
  const start = performance.now();
  const child = spawn(command, args, {
    cwd: root,
    env: { ...process.env, ...environment, CHECKPOINT_DISABLE: "1", NODE_NO_WARNINGS: "1" },
    stdio: ["ignore", "ignore", "inherit"],
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve(performance.now() - start);
      else reject(new Error(`${command} ${args.join(" ")} ended with code ${String(code)}`));
    });
  });
}

/**
 * Milliseconds of a synthesis into an empty folder.
 *
 * @param isFirstTime tsx finds nothing in the folder for temporary files, where it keeps what it has transformed
 */
async function synthesize(command: readonly string[], isFirstTime = false): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), "synthesis-benchmark-"));
  const output = join(directory, "output");
  const temporary = join(directory, "temporary");
  mkdirSync(temporary);
  const nothingCached = { TMPDIR: temporary, TEMP: temporary, TMP: temporary };
  try {
    const milliseconds = await timed(command, {
      CDKTF_OUTDIR: output,
      ...(isFirstTime && nothingCached),
    });
    if (!existsSync(join(output, "stacks", "streaming-analytics", "cdk.tf.json")))
      throw new Error(`${command.join(" ")} wrote no stack`);
    return milliseconds;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function run({ quick, progress }: BenchmarkOptions): Promise<readonly Figure[]> {
  const { ours, first, template, floor } = await alternate(
    {
      ours: () => synthesize(appCommand()),
      first: () => synthesize(appCommand(), true),
      template: () => synthesize(["npx", "--no-install", "ts-node", "main.ts"]),
      floor: () => timed([process.execPath, "--eval", 'require("cdktf")'], {}),
    },
    { warmUp: quick ? 0 : 1, runs: quick ? 1 : 9, progress },
  );
  return [
    { name: `synthesis: ${appCommand().join(" ")}, function bundle included`, unit: "ms", samples: ours },
    { name: "the same for the first time", unit: "ms", samples: first },
    { name: "the same by npx ts-node main.ts, as cdktf's template has it", unit: "ms", samples: template },
    { name: 'bare require("cdktf")', unit: "ms", samples: floor },
    {
      name: "synthesis to ts-node's",
      unit: "ratio",
      samples: ratios(ours, template),
      most: 0.25,
    },
    { name: 'synthesis to bare require("cdktf")', unit: "ratio", samples: ratios(ours, floor), most: 3.5 },
  ];
}

export const synthesisBenchmark: Benchmark = {
  name: "synthesis",
  description: 'main.ts by itself, against npx ts-node main.ts and bare require("cdktf")',
  method:
    "tsx keeps files that it has transformed in the folder for temporary files, and ts-node keeps nothing. So there is a " +
    "figure for the first time; the ratios are those of every time after it.",
  run,
};

// The first import, so that what it begins goes on while the others are loaded.
import { generatorBundled } from "./stacks/head-start";
import { App } from "cdktf";
import { StreamingAnalyticsStack } from "./stacks/streaming-analytics-stack";

async function synthesize(): Promise<void> {
  await generatorBundled;
  const app = new App();
  new StreamingAnalyticsStack(app, "streaming-analytics");
  app.synth();
}

synthesize().catch((error: unknown) => {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const isDebugging = process.env.DEBUG === "1";
  process.stderr.write(
    isDebugging ? `${stack ?? message}\n` : `${message}\nDEBUG=1 shows where this comes from.\n`,
  );
  process.exitCode = 1;
});

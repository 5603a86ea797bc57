// The first import, so that what it begins goes on while the others are loaded.
import { generatorBundled } from "./stacks/head-start";
import { App } from "cdktf";
import { StreamingAnalyticsStack } from "./stacks/streaming-analytics-stack";
import { failSynthesis } from "./stacks/synthesis-failure";

async function synthesize(): Promise<void> {
  await generatorBundled;
  const app = new App();
  new StreamingAnalyticsStack(app, "streaming-analytics");
  app.synth();
}

synthesize().catch(failSynthesis);

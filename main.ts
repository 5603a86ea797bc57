import { App } from "cdktf";
import { StreamingAnalyticsStack } from "./stacks/streaming-analytics-stack";

// cdktf takes a stack trace for every token; translating them all to TypeScript lines is a third of the time.
process.setSourceMapsEnabled(false);
try {
  const app = new App();
  new StreamingAnalyticsStack(app, "streaming-analytics");
  app.synth();
} finally {
  // An error's own trace is translated when it is printed.
  process.setSourceMapsEnabled(true);
}

import { App } from "cdktf";
import { StreamingAnalyticsStack } from "./stacks/streaming-analytics-stack";

const app = new App();
new StreamingAnalyticsStack(app, "streaming-analytics");
app.synth();

/** An endpoint in a process of its own: says its port, and its memory whenever it is asked. */
import { createEndpoint } from "../../local/firehose/endpoint";

const endpoint = createEndpoint([], { ids: () => "request-1" });

void endpoint.listen().then(({ port }) => {
  process.send?.({ port });
  process.on("message", () => {
    global.gc?.();
    process.send?.({ bytes: process.memoryUsage().rss });
  });
  process.on("disconnect", () => process.exit());
});

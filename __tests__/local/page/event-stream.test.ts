import { once } from "node:events";
import { createServer, get, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { EventStream } from "../../../local/page/event-stream";

const limits = { clients: 3, waitingBytes: 64 * 1024 };
let events: EventStream;
let server: Server;

beforeEach(async () => {
  events = new EventStream(limits);
  server = createServer((_request, response) => {
    events.open(response, "update", "first");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

async function connect(): Promise<IncomingMessage> {
  const request = get(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  request.on("error", () => undefined);
  const [response] = (await once(request, "response")) as [IncomingMessage];
  response.on("error", () => undefined);
  return response;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

it("sends the first event at once, and each one after it to everybody", async () => {
  const clients = [await connect(), await connect()];
  const texts = ["", ""];
  clients.forEach((client, index) =>
    client.on("data", (chunk: Buffer) => (texts[index] = `${texts[index]}${chunk.toString()}`)),
  );

  events.send("update", '{"n":1}');
  await until(() => texts.every((text) => text.includes('{"n":1}')));

  expect(texts[0]).toBe('retry: 2000\nevent: update\ndata: first\n\nevent: update\ndata: {"n":1}\n\n');
  expect(texts[1]).toBe(texts[0]);
});

it("forgets a client that has gone", async () => {
  const client = await connect();
  expect(events.size).toBe(1);

  client.destroy();

  await until(() => events.size === 0);
});

it("drops a client that does not read, and goes on for the others", async () => {
  const slow = await connect();
  slow.pause();
  const quick = await connect();
  let received = 0;
  quick.on("data", (chunk: Buffer) => (received += chunk.length));
  const large = "x".repeat(32 * 1024);

  // The operating system takes some megabytes for a socket that nobody reads; then they wait here.
  let sent = 0;
  while (events.size === 2 && sent < 10_000) {
    events.send("update", large);
    sent += 1;
    await until(() => received >= sent * large.length);
  }

  expect(events.size).toBe(1);
  expect(quick.destroyed).toBe(false);
});

it("is full at its limit", async () => {
  for (let n = 0; n < limits.clients; n++) {
    expect(events.isFull).toBe(false);
    await connect();
  }
  expect(events.isFull).toBe(true);
});

it("ends all streams when it is closed", async () => {
  const client = await connect();
  client.resume();
  events.close();
  await once(client, "end");
  expect(events.size).toBe(0);
});

import { settings } from "../../../pipeline/settings";
import { openStream, record, records, removeTemporaryFolders } from "./stream-fixture";

const intervalMs = settings.deliveryStream.bufferingIntervalSeconds * 1000;

afterEach(removeTemporaryFolders);

it("says what waits in the buffer, refused records too, and until when", () => {
  const { stream, clock } = openStream();
  expect(stream.buffered).toEqual({ records: 0, bytes: 0, dueMs: undefined, waitingBuffers: 0 });

  const first = clock.now();
  stream.putRecords(records(2));
  clock.advance(1_000);
  stream.putRecords([Buffer.from("refused")]);

  const bytes = records(2).reduce((sum, one) => sum + one.length, "refused".length);
  expect(stream.buffered).toEqual({ records: 3, bytes, dueMs: first + intervalMs, waitingBuffers: 0 });
});

it("counts buffers that wait for their delivery", async () => {
  const { stream, destination } = openStream();
  destination.script.push("fail");
  stream.putRecords([record(1)]);
  void stream.flush();
  stream.putRecords([record(2)]);

  expect(stream.buffered).toMatchObject({ records: 2, waitingBuffers: 1 });
  await stream.settled();
  await stream.close();
});

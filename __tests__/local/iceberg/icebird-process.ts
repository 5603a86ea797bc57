import { readFileSync } from "node:fs";

// Run as a process of its own, because icebird can only be imported as an ES module: reads tables for the test.

export interface ReadRequest {
  readonly location: string;
  /** @default - the current snapshot */
  readonly snapshotId?: number;
}

export type ReadReply = { readonly rows: readonly Record<string, unknown>[] } | { readonly error: string };

/** icebird reads with fetch(), which knows no local files: this answers from the disk, byte ranges included. */
function fetchLocalFile(path: unknown, init?: RequestInit): Promise<Response> {
  const bytes = readFileSync(path as string);
  const range = new Headers(init?.headers).get("range");
  if (range === null) return Promise.resolve(new Response(bytes));
  const [, from, to = ""] = /^bytes=(\d+)-(\d*)$/.exec(range) ?? [];
  const end = to === "" ? bytes.length : Number(to) + 1;
  return Promise.resolve(new Response(bytes.subarray(Number(from), end), { status: 206 }));
}

async function read({ location, snapshotId }: ReadRequest): Promise<ReadReply> {
  const { icebergMetadata, icebergRead } = await import("icebird");
  const metadata = await icebergMetadata({ tableUrl: location });
  if (snapshotId !== undefined) metadata["current-snapshot-id"] = snapshotId;
  return { rows: await icebergRead({ tableUrl: location, metadata }) };
}

globalThis.fetch = fetchLocalFile;
process.on("message", (request: ReadRequest) => {
  read(request).then(
    (reply) => process.send?.(reply),
    (error: unknown) => process.send?.({ error: String(error) } satisfies ReadReply),
  );
});

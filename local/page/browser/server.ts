import {
  rangeQuery,
  type Answer,
  type FailedRecordsInfo,
  type Metrics,
  type PipelineInfo,
  type Question,
  type Refusal,
  type SnapshotContents,
  type TableInfo,
  type TimeRange,
  type Update,
} from "../api";

/** What the server said instead of answering. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";

  constructor(readonly refusal: Refusal) {
    super(refusal.error);
  }
}

async function ask<T>(path: string, options: RequestInit = {}): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, options);
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new RefusedError({ error: "The server cannot be reached. Is it still running?" });
  }
  const body: unknown = await response
    .json()
    .catch(() => ({ error: `The server answered ${response.status}.` }));
  if (!response.ok) throw new RefusedError(body as Refusal);
  return body as T;
}

export const server = {
  pipeline: () => ask<PipelineInfo>("/api/pipeline"),
  metrics: (range: TimeRange) => ask<Metrics>(`/api/metrics?${rangeQuery(range)}`),
  table: () => ask<TableInfo>("/api/table"),
  snapshot: (id?: string) =>
    ask<SnapshotContents>(id === undefined ? "/api/snapshot" : `/api/snapshot?id=${id}`),
  failed: () => ask<FailedRecordsInfo>("/api/failed"),
  query: (question: Question, signal: AbortSignal) =>
    ask<Answer>("/api/query", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(question),
      signal,
    }),
};

export type Connection = "connecting" | "live" | "lost";

/**
 * Keeps an event stream open while the page can be seen. A browser opens only six connections to one address, so pages
 * in the background must not hold one each. What changes meanwhile is missed: the connection is "connecting" then.
 */
export function listen(onUpdate: (update: Update) => void, onConnection: (state: Connection) => void): void {
  let source: EventSource | undefined;
  const open = () => {
    source ??= new EventSource("/api/events");
    source.onerror = () => {
      onConnection("lost");
      // A browser gives up for good when it is answered with an error.
      if (source?.readyState !== EventSource.CLOSED) return;
      close();
      setTimeout(follow, 5_000);
    };
    source.addEventListener("update", (event: MessageEvent<string>) => {
      onConnection("live");
      onUpdate(JSON.parse(event.data) as Update);
    });
  };
  const close = () => {
    source?.close();
    source = undefined;
  };
  const follow = () => {
    if (document.visibilityState === "visible") open();
    else {
      close();
      onConnection("connecting");
    }
  };
  document.addEventListener("visibilitychange", follow);
  follow();
}

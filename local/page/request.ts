import type { IncomingMessage } from "node:http";

const mostBodyBytes = 64 * 1024;

/** A request that cannot be answered as it is. */
export class RequestError extends Error {
  override readonly name = "RequestError";

  constructor(
    message: string,
    readonly status: 400 | 413 | 415 = 400,
  ) {
    super(message);
  }
}

/**
 * The JSON body of a request. Its type has to be JSON, which a page of another site cannot send without asking first.
 *
 * @throws RequestError
 */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const [type = ""] = (request.headers["content-type"] ?? "").split(";");
  if (type.trim().toLowerCase() !== "application/json")
    throw new RequestError("The Content-Type must be application/json.", 415);
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= mostBodyBytes) chunks.push(chunk);
  }
  if (length > mostBodyBytes) throw new RequestError(`The body is larger than ${mostBodyBytes} bytes.`, 413);
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    throw new RequestError("The body is not valid JSON.");
  }
}

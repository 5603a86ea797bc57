import type { IncomingMessage } from "node:http";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { putRecordBatchLimits } from "../../pipeline/firehose-limits";
import { WireError } from "./wire-error";

/** Base64 makes four characters of three bytes; the rest is JSON around 500 records, with room to indent it. */
export const largestBody = Math.ceil((putRecordBatchLimits.bytes * 4) / 3) + 2 * 1024 * 1024;

const unzip = promisify(gunzip);

/**
 * The whole body of a request, decompressed. A larger one is read to its end and thrown away, because a client that
 * is still sending would not see the answer.
 *
 * @throws WireError for a body that is too large or not what its headers say
 */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const body = await collect(request);
  const encoding = request.headers["content-encoding"]?.trim().toLowerCase() ?? "identity";
  if (encoding === "identity") return body;
  if (encoding !== "gzip")
    throw new WireError("SerializationException", `Content-Encoding "${encoding}" is not supported.`);
  try {
    return await unzip(body, { maxOutputLength: largestBody });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") throw tooLarge();
    throw new WireError("SerializationException", "The request body is not valid gzip.");
  }
}

function tooLarge(): WireError {
  const message = `The request body is larger than ${largestBody} bytes.`;
  return new WireError("RequestEntityTooLargeException", message, 413);
}

function collect(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    let length = 0;
    request.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length <= largestBody) chunks.push(chunk);
      else chunks = [];
    });
    request.once("end", () => {
      const [first] = chunks;
      if (length > largestBody) reject(tooLarge());
      else resolve(chunks.length === 1 && first ? first : Buffer.concat(chunks, length));
    });
    const abort = () => {
      reject(new WireError("RequestAbortedException", "The request ended before its body did."));
    };
    // A client that goes away is the client's affair; nobody else can make an incoming request fail.
    request.once("error", abort);
    request.once("close", abort);
  });
}

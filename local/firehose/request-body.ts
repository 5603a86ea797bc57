import type { IncomingMessage } from "node:http";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { putRecordBatchLimits } from "../../pipeline/firehose-limits";
import { WireError } from "./wire-error";

/** Base64 makes four characters of three bytes; the rest is JSON around 500 records, with room to indent it. */
export const largestBody = Math.ceil((putRecordBatchLimits.bytes * 4) / 3) + 2 * 1024 * 1024;

/** What the bodies of all requests that are under way may take, in bytes: about thirty-five of the largest. */
export const mostBodyBytes = 256 * 2 ** 20;

const unzip = promisify(gunzip);

/** Memory that requests share. */
export class BodyMemory {
  private free: number;

  /** @param bytes that there are @default mostBodyBytes */
  constructor(bytes = mostBodyBytes) {
    this.free = bytes;
  }

  /** One request's part of it. */
  share(): BodyShare {
    let taken = 0;
    return {
      take: (bytes) => {
        if (bytes > this.free) return false;
        this.free -= bytes;
        taken += bytes;
        return true;
      },
      release: () => {
        this.free += taken;
        taken = 0;
      },
    };
  }
}

interface BodyShare {
  /** @returns whether there was so much left */
  readonly take: (bytes: number) => boolean;
  readonly release: () => void;
}

/**
 * The whole body of a request, decompressed. A larger one is read to its end and thrown away, because a client that
 * is still sending would not see the answer; so is one for which there is no memory.
 *
 * @throws WireError for a body that is too large or not what its headers say, and when there is no memory now
 */
export async function readBody(request: IncomingMessage, memory: BodyMemory): Promise<Buffer> {
  const share = memory.share();
  try {
    const body = await collect(request, share);
    const encoding = request.headers["content-encoding"]?.trim().toLowerCase() ?? "identity";
    if (encoding === "identity") return body;
    if (encoding !== "gzip")
      throw new WireError("SerializationException", `Content-Encoding "${encoding}" is not supported.`);
    if (!share.take(largestBody)) throw slowDown();
    return await decompress(body);
  } finally {
    share.release();
  }
}

async function decompress(body: Buffer): Promise<Buffer> {
  try {
    return await unzip(body, { maxOutputLength: largestBody });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") throw tooLarge();
    throw new WireError("SerializationException", "The request body is not valid gzip.");
  }
}

/** As Firehose throttles, so that every SDK sends the request again later. */
function slowDown(): WireError {
  return new WireError("ServiceUnavailableException", "Slow down: too many large requests at once.", 500);
}

function tooLarge(): WireError {
  const message = `The request body is larger than ${largestBody} bytes.`;
  return new WireError("RequestEntityTooLargeException", message, 413);
}

function collect(request: IncomingMessage, share: BodyShare): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    let length = 0;
    let isDiscarded = false;
    let hasEnded = false;
    request.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (isDiscarded) return;
      chunks.push(chunk);
      isDiscarded = length > largestBody || !share.take(chunk.length);
      if (!isDiscarded) return;
      chunks = [];
      share.release();
    });
    request.once("end", () => {
      hasEnded = true;
      const [first] = chunks;
      if (length > largestBody) reject(tooLarge());
      else if (isDiscarded) reject(slowDown());
      else resolve(chunks.length === 1 && first ? first : Buffer.concat(chunks, length));
    });
    const abort = () => {
      // Every request is closed at last, and an error takes longer to make than it looks: it holds a stack trace.
      if (hasEnded) return;
      reject(new WireError("RequestAbortedException", "The request ended before its body did."));
    };
    // A client that goes away is the client's affair; nobody else can make an incoming request fail.
    request.once("error", abort);
    request.once("close", abort);
  });
}

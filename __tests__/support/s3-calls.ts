import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { escapeXml, Failure, RawAnswer, type AwsStandIn } from "./aws-stand-in";

/** What a call of S3's REST API says outside its body: path, query and one header. */
export interface S3Input {
  readonly bucket: string;
  readonly key: string;
  readonly prefix?: string;
  readonly "continuation-token"?: string;
  readonly "max-keys"?: string;
  readonly copySource?: string;
}

/** Which operation of S3's REST API a request is, for path-style addresses. */
export function identifyS3Call(request: IncomingMessage, url: URL, path: string[]) {
  const [bucket = "", ...rest] = path.map(decodeURIComponent);
  const key = rest.join("/");
  const query = Object.fromEntries(url.searchParams);
  const copySource = request.headers["x-amz-copy-source"];
  const isCopy = typeof copySource === "string";
  const input: S3Input = { bucket, key, ...query, ...(isCopy && { copySource }) };
  const onBucket: Record<string, string> = {
    HEAD: "HeadBucket",
    GET: "tagging" in query ? "GetBucketTagging" : "ListObjectsV2",
  };
  const onObject: Record<string, string> = {
    HEAD: "HeadObject",
    GET: "GetObject",
    PUT: isCopy ? "CopyObject" : "PutObject",
    DELETE: "DeleteObject",
  };
  return { operation: (key ? onObject : onBucket)[request.method ?? ""] ?? "Unknown", input };
}

const xml = { "content-type": "application/xml" };

export function s3Failure({ code, message, status }: Failure): RawAnswer {
  return new RawAnswer(status, xml, `<Error><Code>${code}</Code><Message>${message}</Message></Error>`);
}

export interface S3Object {
  readonly body: Buffer;
  readonly lastModified: Date;
}

/** A bucket of the stand-in: lists in pages, gets, copies and deletes. */
export class S3Bucket {
  readonly objects = new Map<string, S3Object>();

  constructor(
    readonly name: string,
    private readonly pageSize = 1000,
  ) {}

  put(key: string, body: Buffer | string, lastModified = new Date("2026-03-04T05:10:00Z")): void {
    this.objects.set(key, { body: Buffer.from(body), lastModified });
  }

  get keys(): string[] {
    return [...this.objects.keys()].sort();
  }

  /** Serves this bucket, and only this one. */
  serve(standIn: AwsStandIn): void {
    const own =
      (handle: (input: S3Input) => RawAnswer | Failure) =>
      (input: S3Input): RawAnswer | Failure =>
        input.bucket === this.name ? handle(input) : new Failure("NoSuchBucket", "no such bucket", 404);
    standIn
      .on(
        "s3:HeadBucket",
        own(() => new RawAnswer(200, {}, "")),
      )
      .on(
        "s3:ListObjectsV2",
        own((input) => this.list(input)),
      )
      .on(
        "s3:GetObject",
        own(({ key }) => this.get(key)),
      )
      .on(
        "s3:CopyObject",
        own((input) => this.copy(input)),
      )
      .on(
        "s3:DeleteObject",
        own(({ key }) => this.delete(key)),
      );
  }

  private list({ prefix = "", "continuation-token": token = "", "max-keys": most }: S3Input): RawAnswer {
    const size = Math.min(this.pageSize, Number(most ?? this.pageSize));
    const matching = this.keys.filter((key) => key.startsWith(prefix) && key > token);
    const page = matching.slice(0, size);
    const isTruncated = matching.length > size;
    const contents = page.map((key) => {
      const { body, lastModified } = this.objects.get(key)!;
      return `<Contents><Key>${escapeXml(key)}</Key><LastModified>${lastModified.toISOString()}</LastModified><ETag>${etag(body)}</ETag><Size>${body.length}</Size></Contents>`;
    });
    const next = isTruncated
      ? `<NextContinuationToken>${escapeXml(page.at(-1)!)}</NextContinuationToken>`
      : "";
    return new RawAnswer(
      200,
      xml,
      `<ListBucketResult><IsTruncated>${isTruncated}</IsTruncated><KeyCount>${page.length}</KeyCount>${next}${contents.join("")}</ListBucketResult>`,
    );
  }

  private get(key: string): RawAnswer | Failure {
    const object = this.objects.get(key);
    if (!object) return new Failure("NoSuchKey", "no such key", 404);
    const headers = { "content-length": String(object.body.length), etag: etag(object.body) };
    return new RawAnswer(200, headers, object.body);
  }

  private copy({ key, copySource = "" }: S3Input): RawAnswer | Failure {
    const source = decodeURIComponent(copySource)
      .replace(/^\//, "")
      .slice(this.name.length + 1);
    const object = this.objects.get(source);
    if (!object) return new Failure("NoSuchKey", "no such key", 404);
    this.objects.set(key, object);
    return new RawAnswer(200, xml, `<CopyObjectResult><ETag>${etag(object.body)}</ETag></CopyObjectResult>`);
  }

  private delete(key: string): RawAnswer {
    this.objects.delete(key);
    return new RawAnswer(204, {}, "");
  }
}

function etag(body: Buffer): string {
  return `"${createHash("md5").update(body).digest("hex")}"`;
}

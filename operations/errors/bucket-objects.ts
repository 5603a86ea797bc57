import type { Readable } from "node:stream";
import type { S3Client } from "@aws-sdk/client-s3";
import { settings } from "../../pipeline/settings";
import { callAws } from "../aws/aws-error";
import { clientSettings } from "../aws/clients";
import { archivePrefix, hourOf, type ErrorObject, type ErrorObjects } from "./error-objects";

/** The failed records of an error bucket in S3. */
export class BucketObjects implements ErrorObjects {
  readonly location: string;
  readonly #prefix = settings.deliveryStream.errorPrefix;

  private constructor(
    private readonly s3: S3Client,
    private readonly bucket: string,
    private readonly region: string,
  ) {
    this.location = `s3://${bucket}/${this.#prefix}`;
  }

  static async open(bucket: string, region: string): Promise<BucketObjects> {
    const { S3Client } = await import("@aws-sdk/client-s3");
    return new BucketObjects(new S3Client(clientSettings(region)), bucket, region);
  }

  async *list(): AsyncGenerator<ErrorObject> {
    const { ListObjectsV2Command } = await import("@aws-sdk/client-s3");
    let token: string | undefined;
    do {
      const page = await callAws(this.#call("s3:ListBucket"), () =>
        this.s3.send(
          new ListObjectsV2Command({ Bucket: this.bucket, Prefix: this.#prefix, ContinuationToken: token }),
        ),
      );
      for (const { Key: key = "", Size: bytes = 0, LastModified = new Date(0) } of page.Contents ?? []) {
        // The S3 console makes empty objects that stand for folders.
        if (!key.endsWith("/")) yield { key, bytes, hour: hourOf(key, LastModified) };
      }
      token = page.NextContinuationToken;
    } while (token !== undefined);
  }

  async read({ key }: ErrorObject): Promise<Readable> {
    const { GetObjectCommand } = await import("@aws-sdk/client-s3");
    const { Body } = await callAws(this.#call("s3:GetObject", key), () =>
      this.s3.send(new GetObjectCommand({ Bucket: this.bucket, Key: key })),
    );
    return Body as Readable;
  }

  /** A copy, and then a delete that leaves the old version for as long as the bucket keeps noncurrent ones. */
  async archive({ key }: ErrorObject): Promise<string> {
    const { CopyObjectCommand, DeleteObjectCommand } = await import("@aws-sdk/client-s3");
    const archived = `${archivePrefix}${key}`;
    const source = [this.bucket, ...key.split("/")].map(encodeURIComponent).join("/");
    await callAws(this.#call("s3:PutObject", archived), () =>
      this.s3.send(new CopyObjectCommand({ Bucket: this.bucket, Key: archived, CopySource: source })),
    );
    await callAws(this.#call("s3:DeleteObject", key), () =>
      this.s3.send(new DeleteObjectCommand({ Bucket: this.bucket, Key: key })),
    );
    return `s3://${this.bucket}/${archived}`;
  }

  #call(action: string, key?: string) {
    const resource = key === undefined ? this.bucket : `s3://${this.bucket}/${key}`;
    return { action, region: this.region, resource };
  }
}

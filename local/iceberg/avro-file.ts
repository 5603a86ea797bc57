import { deflateRaw } from "node:zlib";
import { promisify } from "node:util";
import { Type, streams, type Schema } from "avsc";

export interface AvroFile {
  /** The header's key-value pairs, the schema among them. */
  readonly metadata: ReadonlyMap<string, string>;
  readonly records: readonly unknown[];
}

/** A schema with the code that encodes its records, which takes milliseconds to make. */
export interface AvroSchema {
  readonly json: string;
  readonly type: Type;
}

/** Keeps the attributes that Avro does not know (`field-id`, `element-id`): readers of Iceberg need them. */
export function avroSchema(schema: Schema): AvroSchema {
  return { json: JSON.stringify(schema), type: Type.forSchema(schema) };
}

// https://avro.apache.org/docs/1.11.1/specification/#object-container-files
const magic = Buffer.from("Obj\u0001", "latin1");
const headerMap = Type.forSchema({ type: "map", values: "bytes" });
const long = Type.forSchema("long");
const compress = promisify(deflateRaw);

/**
 * An Avro object container file of one block, compressed with deflate.
 *
 * @param metadata goes into the header beside the schema.
 * @param syncMarker 16 bytes that end the header and the block.
 */
export async function encodeAvroFile(
  schema: AvroSchema,
  metadata: Readonly<Record<string, string>>,
  records: readonly unknown[],
  syncMarker: Buffer,
): Promise<Buffer> {
  const header: Record<string, Buffer> = {};
  for (const [key, value] of Object.entries({
    "avro.schema": schema.json,
    "avro.codec": "deflate",
    ...metadata,
  })) {
    header[key] = Buffer.from(value, "utf8");
  }
  const block = await compress(Buffer.concat(records.map((record) => schema.type.toBuffer(record))));
  return Buffer.concat([
    magic,
    headerMap.toBuffer(header),
    syncMarker,
    long.toBuffer(records.length),
    long.toBuffer(block.length),
    block,
    syncMarker,
  ]);
}

/**
 * Reads an Avro container file with the schema that it was written with.
 *
 * @param known its type is used again when the file was written with it, which saves making one.
 */
export async function decodeAvroFile(bytes: Buffer, known: AvroSchema): Promise<AvroFile> {
  const decoder = new streams.BlockDecoder({
    parseHook: (schema) => (JSON.stringify(schema) === known.json ? known.type : Type.forSchema(schema)),
  });
  const records: unknown[] = [];
  const metadata = new Map<string, string>();
  await new Promise<void>((resolve, reject) => {
    decoder
      .on("metadata", (_type: Type, _codec: string, header: { meta: Record<string, Buffer> }) => {
        for (const [key, value] of Object.entries(header.meta)) metadata.set(key, value.toString("utf8"));
      })
      .on("data", (record: unknown) => records.push(record))
      .on("end", resolve)
      .on("error", reject);
    decoder.end(bytes);
  });
  return { metadata, records };
}

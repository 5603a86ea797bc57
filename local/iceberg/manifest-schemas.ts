import type { Schema } from "avsc";
import { avroSchema } from "./avro-file";

// Names and ids of the fields: https://iceberg.apache.org/spec/#manifests and #manifest-lists, columns "v2".
// Record names (r2, k117_v118 ...) are those that Iceberg's Java library writes.

function required(id: number, name: string, type: Schema) {
  return { name, type, "field-id": id };
}

function optional(id: number, name: string, type: Schema) {
  return { name, type: ["null", type], default: null, "field-id": id };
}

function record(name: string, fields: readonly object[]): Schema {
  return { type: "record", name, fields } as unknown as Schema;
}

/** Avro maps have text keys only; a map by field id is a list of pairs (spec, Appendix A). */
function mapByFieldId(keyId: number, valueId: number, valueType: Schema): Schema {
  return {
    type: "array",
    logicalType: "map",
    items: record(`k${keyId}_v${valueId}`, [
      required(keyId, "key", "int"),
      required(valueId, "value", valueType),
    ]),
  } as unknown as Schema;
}

function list(elementId: number, items: Schema): Schema {
  return { type: "array", items, "element-id": elementId } as unknown as Schema;
}

const dataFile = record("r2", [
  required(134, "content", "int"),
  required(100, "file_path", "string"),
  required(101, "file_format", "string"),
  required(102, "partition", record("r102", [])),
  required(103, "record_count", "long"),
  required(104, "file_size_in_bytes", "long"),
  optional(108, "column_sizes", mapByFieldId(117, 118, "long")),
  optional(109, "value_counts", mapByFieldId(119, 120, "long")),
  optional(110, "null_value_counts", mapByFieldId(121, 122, "long")),
  optional(137, "nan_value_counts", mapByFieldId(138, 139, "long")),
  optional(125, "lower_bounds", mapByFieldId(126, 127, "bytes")),
  optional(128, "upper_bounds", mapByFieldId(129, 130, "bytes")),
  optional(131, "key_metadata", "bytes"),
  optional(132, "split_offsets", list(133, "long")),
  optional(135, "equality_ids", list(136, "int")),
  optional(140, "sort_order_id", "int"),
]);

export const manifestSchema = avroSchema(
  record("manifest_entry", [
    required(0, "status", "int"),
    optional(1, "snapshot_id", "long"),
    optional(3, "sequence_number", "long"),
    optional(4, "file_sequence_number", "long"),
    required(2, "data_file", dataFile),
  ]),
);

const partitionSummary = record("r508", [
  required(509, "contains_null", "boolean"),
  optional(518, "contains_nan", "boolean"),
  optional(510, "lower_bound", "bytes"),
  optional(511, "upper_bound", "bytes"),
]);

export const manifestListSchema = avroSchema(
  record("manifest_file", [
    required(500, "manifest_path", "string"),
    required(501, "manifest_length", "long"),
    required(502, "partition_spec_id", "int"),
    required(517, "content", "int"),
    required(515, "sequence_number", "long"),
    required(516, "min_sequence_number", "long"),
    required(503, "added_snapshot_id", "long"),
    required(504, "added_files_count", "int"),
    required(505, "existing_files_count", "int"),
    required(506, "deleted_files_count", "int"),
    required(512, "added_rows_count", "long"),
    required(513, "existing_rows_count", "long"),
    required(514, "deleted_rows_count", "long"),
    optional(507, "partitions", list(508, partitionSummary)),
    optional(519, "key_metadata", "bytes"),
  ]),
);

import type { Column, ColumnType } from "../../pipeline/sensor-reading";
import { SchemaMismatchError, UnsupportedTableError } from "./errors";

/** A column of the table. Its field id never changes and is never used again. */
export interface TableColumn extends Column {
  readonly fieldId: number;
}

export interface TableSchema {
  readonly schemaId: number;
  readonly columns: readonly TableColumn[];
}

/** A schema in table metadata. https://iceberg.apache.org/spec/#schemas (Appendix C) */
export interface SchemaJson {
  readonly type: "struct";
  readonly "schema-id": number;
  readonly fields: readonly {
    readonly id: number;
    readonly name: string;
    readonly required: boolean;
    readonly type: string;
    readonly doc?: string;
  }[];
}

const columnTypes: readonly string[] = ["string", "long", "double", "boolean"] satisfies ColumnType[];

/** The schema of a new table: field ids are the columns' positions, from 1. */
export function firstSchema(columns: readonly Column[]): TableSchema {
  return {
    schemaId: 0,
    columns: columns.map((column, index) => ({ ...column, fieldId: index + 1 })),
  };
}

/**
 * The table's schema with the wanted columns that it lacks added at its end; the same schema when it lacks none.
 * Columns that are no longer wanted stay: their data is still there.
 *
 * @param lastColumnId the highest field id that the table ever gave out.
 * @throws SchemaMismatchError when a column has another type, or a new one is required: files written
 *   before would have no value for it. https://iceberg.apache.org/spec/#schema-evolution
 */
export function evolveSchema(
  location: string,
  current: TableSchema,
  lastColumnId: number,
  nextSchemaId: number,
  wanted: readonly Column[],
): TableSchema {
  const problems: string[] = [];
  const added: TableColumn[] = [];
  for (const column of wanted) {
    const existing = current.columns.find(({ name }) => name === column.name);
    if (existing === undefined) {
      added.push({ ...column, fieldId: lastColumnId + added.length + 1 });
      if (column.required) problems.push(`new column ${column.name} must not be required`);
    } else if (existing.type !== column.type) {
      problems.push(`column ${column.name} is ${existing.type} in the table, wanted ${column.type}`);
    } else if (existing.required !== column.required) {
      const say = (required: boolean) => (required ? "required" : "optional");
      problems.push(
        `column ${column.name} is ${say(existing.required)} in the table, wanted ${say(column.required)}`,
      );
    }
  }
  for (const { name, required } of current.columns) {
    if (required && !wanted.some((column) => column.name === name)) {
      problems.push(`column ${name} is required in the table and is not among the wanted columns`);
    }
  }
  if (problems.length > 0) throw new SchemaMismatchError(location, problems);
  if (added.length === 0) return current;
  return { schemaId: nextSchemaId, columns: [...current.columns, ...added] };
}

export function schemaJson({ schemaId, columns }: TableSchema): SchemaJson {
  return {
    type: "struct",
    "schema-id": schemaId,
    fields: columns.map(({ fieldId, name, required, type, meaning }) => ({
      id: fieldId,
      name,
      required,
      type,
      doc: meaning,
    })),
  };
}

/** @param path names the metadata file in an error. */
export function schemaFromJson(json: SchemaJson, path: string): TableSchema {
  return {
    schemaId: json["schema-id"],
    columns: json.fields.map(({ id, name, required, type, doc }) => {
      if (!isColumnType(type)) {
        throw new UnsupportedTableError(
          path,
          `column ${name} has type ${JSON.stringify(type)}; supported are ${columnTypes.join(", ")}`,
        );
      }
      return { fieldId: id, name, type, required, meaning: doc ?? "" };
    }),
  };
}

function isColumnType(type: unknown): type is ColumnType {
  return typeof type === "string" && columnTypes.includes(type);
}

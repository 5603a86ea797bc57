import { isUtf8 } from "node:buffer";
import type { Column, ColumnType } from "../../pipeline/sensor-reading";
import { ascii, JsonScanner, Kind } from "./json-scanner";
import { refusals, type Refusal } from "./record-cases";

const kindsOfType: Readonly<Record<ColumnType, number>> = {
  string: Kind.string,
  long: Kind.integer,
  double: Kind.integer | Kind.fraction,
  boolean: Kind.boolean,
};

// Local constants: an imported one is a property to look up, for every byte.
const { openBrace, closeBrace, openBracket, comma } = ascii;
const { failed, null: nullKind } = Kind;

/** An int64 has at most 20 characters, and any integer of 18 is one. */
const longRange = { min: -(2n ** 63n), max: 2n ** 63n - 1n, alwaysFits: 18, neverFits: 21 };
const noColumn = -1;
const nameIsMalformed = -2;

/**
 * Decides whether a record may become a row of a table with these columns: one JSON object (RFC 8259) whose names
 * and types match. One pass over the bytes, no text, no objects: the answer must not depend on what a JSON parser
 * or a SQL engine would make of an odd number or name. `recordCases` lists every decision.
 */
export class RecordRules extends JsonScanner {
  /** After an accepted record: where its object begins and ends. `hasLineBreak` says whether it spans lines. */
  objectStart = 0;
  objectEnd = 0;

  private readonly columns;
  private readonly indexes: ReadonlyMap<string, number>;
  private readonly requiredColumns: number;
  /** For each column, the number of the last record that gave it. */
  private readonly givenIn: Float64Array;
  private recordNumber = 0;

  /** The first reason to refuse a record that is well-formed so far. */
  private objection: Refusal | undefined;

  constructor(columns: readonly Column[]) {
    super();
    this.columns = columns.map(({ name, type, required }) => ({
      token: Buffer.from(`${JSON.stringify(name)}:`),
      kinds: kindsOfType[type],
      isLong: type === "long",
      required,
    }));
    this.indexes = new Map(columns.map(({ name }, index) => [name, index]));
    this.requiredColumns = columns.filter(({ required }) => required).length;
    this.givenIn = new Float64Array(columns.length);
  }

  /** @returns why the record is refused; undefined when it is accepted */
  check(record: Uint8Array): Refusal | undefined {
    this.begin(record);
    if (this.position === record.length) return refusals.empty;
    const isComplete = record[this.position] === openBrace ? this.row() : this.value(0) !== failed;
    if (!isComplete || !this.endsAfterObject()) return this.failure;
    if (this.hasNonAscii && !isUtf8(record)) return refusals.notUtf8;
    return record[this.objectStart] === openBrace ? this.objection : refusals.notAnObject;
  }

  private begin(record: Uint8Array): void {
    this.start(record);
    this.objection = undefined;
    this.recordNumber++;
    this.skipWhitespace();
    this.objectStart = this.position;
    this.hasLineBreak = false;
  }

  /** Only whitespace may follow, and its line breaks are not the object's. */
  private endsAfterObject(): boolean {
    const { hasLineBreak } = this;
    this.objectEnd = this.position;
    this.skipWhitespace();
    this.hasLineBreak = hasLineBreak;
    const next = this.bytes[this.position];
    if (next === undefined) return true;
    this.fail(next === openBrace || next === openBracket ? refusals.severalValues : refusals.notJson);
    return false;
  }

  /** The record itself: an object whose names are columns or to be ignored. */
  private row(): boolean {
    let given = 0;
    let requiredGiven = 0;
    let expected = 0;
    this.position++;
    this.skipWhitespace();
    if (this.bytes[this.position] === closeBrace) this.position++;
    else
      for (;;) {
        const index = this.startsWithName(expected) ? expected : this.columnIndex();
        if (index === nameIsMalformed) return false;
        const valueStart = this.position;
        const kind = this.value(1);
        if (kind === failed) return false;
        const column = this.columns[index];
        if (column) {
          expected = index + 1;
          given++;
          if (this.givenIn[index] === this.recordNumber) this.objection ??= refusals.duplicateColumn;
          this.givenIn[index] = this.recordNumber;
          if (kind === nullKind) {
            if (column.required) this.objection ??= refusals.missingColumn;
          } else if ((kind & column.kinds) === 0) this.objection ??= refusals.wrongType;
          else if (column.isLong && !this.fitsLong(valueStart)) this.objection ??= refusals.longOutOfRange;
          if (column.required) requiredGiven++;
        }
        this.skipWhitespace();
        const separator = this.bytes[this.position++];
        if (separator === closeBrace) break;
        if (separator !== comma) return this.fail(refusals.notJson) !== failed;
        this.skipWhitespace();
      }
    if (given === 0 || requiredGiven < this.requiredColumns) this.objection ??= refusals.missingColumn;
    return true;
  }

  /** Records mostly keep the table's order and write `"name":` without whitespace: then one comparison does. */
  private startsWithName(index: number): boolean {
    const token = this.columns[index]?.token;
    if (!token) return false;
    const { bytes, position } = this;
    for (let offset = 0; offset < token.length; offset++)
      if (token[offset] !== bytes[position + offset]) return false;
    this.position += token.length;
    this.skipWhitespace();
    return true;
  }

  /** Any name: the index of its column, or `noColumn`, or `nameIsMalformed`. */
  private columnIndex(): number {
    const start = this.position;
    if (!this.name()) return nameIsMalformed;
    const text = Buffer.from(this.bytes.subarray(start, this.nameEnd + 1)).toString();
    const name = this.nameHasEscape ? (JSON.parse(text) as string) : text.slice(1, -1);
    return this.indexes.get(name) ?? noColumn;
  }

  /** Whether the integer that was just read, from `start`, is an int64 (Iceberg spec, "Primitive Types": long). */
  private fitsLong(start: number): boolean {
    const length = this.position - start;
    if (length <= longRange.alwaysFits) return true;
    if (length >= longRange.neverFits) return false;
    const value = BigInt(this.text(start));
    return value >= longRange.min && value <= longRange.max;
  }
}

import { isUtf8 } from "node:buffer";
import { icebergDestinationLimits } from "../../pipeline/firehose-limits";
import type { Column, ColumnType } from "../../pipeline/sensor-reading";
import { refusals, type Refusal } from "./record-cases";

/** Kinds of JSON value as bits, so that a column can say in one number which of them it takes. */
const Kind = { failed: 0, string: 1, integer: 2, fraction: 4, boolean: 8, null: 16, object: 32, array: 64 };

const kindsOfType: Readonly<Record<ColumnType, number>> = {
  string: Kind.string,
  long: Kind.integer,
  double: Kind.integer | Kind.fraction,
  boolean: Kind.boolean,
};

const quote = 0x22;
const backslash = 0x5c;
const zero = 0x30;
const nine = 0x39;
/** The characters that may follow a backslash, other than `u` (RFC 8259, section 7). */
const escapable = new Set(Array.from('"\\/bfnrt', (character) => character.charCodeAt(0)));
const literals = [
  { bytes: Buffer.from("true"), kind: Kind.boolean },
  { bytes: Buffer.from("false"), kind: Kind.boolean },
  { bytes: Buffer.from("null"), kind: Kind.null },
];

/** An int64 has at most 20 characters, and any integer of 18 is one. */
const longRange = { min: -(2n ** 63n), max: 2n ** 63n - 1n, alwaysFits: 18, neverFits: 21 };
/** Any integer of so many digits is less than the largest double, about 1.8e308. */
const digitsOfAnyDouble = 308;

const noColumn = -1;
const nameIsMalformed = -2;

/**
 * Decides whether a record may become a row of a table with these columns: one JSON object (RFC 8259) whose names
 * and types match. One pass over the bytes, no text, no objects: the answer must not depend on what a JSON parser
 * or a SQL engine would make of an odd number or name. `recordCases` lists every decision.
 */
export class RecordRules {
  /** After an accepted record: where its object begins and ends, and whether it spans lines. */
  objectStart = 0;
  objectEnd = 0;
  hasLineBreak = false;

  private readonly columns;
  private readonly indexes: ReadonlyMap<string, number>;
  private readonly requiredColumns: number;
  /** For each column, the number of the last record that gave it. */
  private readonly givenIn: Float64Array;
  private recordNumber = 0;

  private bytes: Uint8Array = Buffer.alloc(0);
  private position = 0;
  private hasNonAscii = false;
  /** Ends the scan: what follows cannot be judged. */
  private failure: Refusal | undefined;
  /** The first reason to refuse a record that is well-formed so far. */
  private objection: Refusal | undefined;

  constructor(columns: readonly Column[]) {
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
    const isComplete = record[this.position] === 0x7b ? this.row() : this.value(0) !== Kind.failed;
    if (!isComplete || !this.endsAfterObject()) return this.failure;
    if (this.hasNonAscii && !isUtf8(record)) return refusals.notUtf8;
    return record[this.objectStart] === 0x7b ? this.objection : refusals.notAnObject;
  }

  private begin(record: Uint8Array): void {
    this.bytes = record;
    this.position = 0;
    this.hasNonAscii = false;
    this.failure = undefined;
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
    this.fail(next === 0x7b || next === 0x5b ? refusals.severalValues : refusals.notJson);
    return false;
  }

  private fail(refusal: Refusal): typeof Kind.failed {
    this.failure ??= refusal;
    return Kind.failed;
  }

  private skipWhitespace(): void {
    const { bytes } = this;
    let position = this.position;
    for (; ; position++) {
      const byte = bytes[position];
      if (byte === 0x0a || byte === 0x0d) this.hasLineBreak = true;
      else if (byte !== 0x20 && byte !== 0x09) break;
    }
    this.position = position;
  }

  /** The record itself: an object whose names are columns or to be ignored. */
  private row(): boolean {
    let given = 0;
    let requiredGiven = 0;
    let expected = 0;
    this.position++;
    this.skipWhitespace();
    if (this.bytes[this.position] === 0x7d) this.position++;
    else
      for (;;) {
        const index = this.startsWithName(expected) ? expected : this.columnIndex();
        if (index === nameIsMalformed) return false;
        const valueStart = this.position;
        const kind = this.value(1);
        if (kind === Kind.failed) return false;
        const column = this.columns[index];
        if (column) {
          expected = index + 1;
          given++;
          if (this.givenIn[index] === this.recordNumber) this.objection ??= refusals.duplicateColumn;
          this.givenIn[index] = this.recordNumber;
          if (kind === Kind.null) {
            if (column.required) this.objection ??= refusals.missingColumn;
          } else if ((kind & column.kinds) === 0) this.objection ??= refusals.wrongType;
          else if (column.isLong && !this.fitsLong(valueStart)) this.objection ??= refusals.longOutOfRange;
          if (column.required) requiredGiven++;
        }
        this.skipWhitespace();
        const separator = this.bytes[this.position++];
        if (separator === 0x7d) break;
        if (separator !== 0x2c) return this.fail(refusals.notJson) !== Kind.failed;
        this.skipWhitespace();
      }
    if (given === 0 || requiredGiven < this.requiredColumns) this.objection ??= refusals.missingColumn;
    return true;
  }

  private nameEnd = 0;
  private nameHasEscape = false;

  /** A name, its colon and the whitespace about them; leaves `nameEnd` at the closing quote. */
  private name(): boolean {
    if (this.bytes[this.position] !== quote) return this.fail(refusals.notJson) !== Kind.failed;
    this.nameHasEscape = false;
    if (!this.string()) return false;
    this.nameEnd = this.position - 1;
    this.skipWhitespace();
    if (this.bytes[this.position] !== 0x3a) return this.fail(refusals.notJson) !== Kind.failed;
    this.position++;
    this.skipWhitespace();
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

  /** Any value; `level` containers are open around it. */
  private value(level: number): number {
    const byte = this.bytes[this.position];
    if (byte === quote) return this.string() ? Kind.string : Kind.failed;
    if (byte === 0x7b || byte === 0x5b) {
      if (level === icebergDestinationLimits.nestingLevels) return this.fail(refusals.tooDeep);
      return byte === 0x7b ? this.object(level + 1) : this.array(level + 1);
    }
    if (byte === 0x2d || (byte !== undefined && byte >= zero && byte <= nine)) return this.number();
    return this.literal();
  }

  private object(level: number): number {
    this.position++;
    this.skipWhitespace();
    if (this.bytes[this.position] === 0x7d) return this.close(Kind.object);
    for (;;) {
      if (!this.name() || this.value(level) === Kind.failed) return Kind.failed;
      this.skipWhitespace();
      if (this.bytes[this.position] === 0x7d) return this.close(Kind.object);
      if (this.bytes[this.position] !== 0x2c) return this.fail(refusals.notJson);
      this.position++;
      this.skipWhitespace();
    }
  }

  private array(level: number): number {
    this.position++;
    this.skipWhitespace();
    if (this.bytes[this.position] === 0x5d) return this.close(Kind.array);
    for (;;) {
      if (this.value(level) === Kind.failed) return Kind.failed;
      this.skipWhitespace();
      if (this.bytes[this.position] === 0x5d) return this.close(Kind.array);
      if (this.bytes[this.position] !== 0x2c) return this.fail(refusals.notJson);
      this.position++;
      this.skipWhitespace();
    }
  }

  private close(kind: number): number {
    this.position++;
    return kind;
  }

  private literal(): number {
    const { bytes, position } = this;
    for (const literal of literals) {
      let length = 0;
      while (length < literal.bytes.length && literal.bytes[length] === bytes[position + length]) length++;
      if (length === literal.bytes.length) {
        this.position += length;
        return literal.kind;
      }
    }
    return this.fail(refusals.notJson);
  }

  private string(): boolean {
    const { bytes } = this;
    let position = this.position + 1;
    for (; ; position++) {
      const byte = bytes[position] ?? 0;
      if (byte === quote) break;
      if (byte === backslash) {
        this.nameHasEscape = true;
        const length = this.escapeLength(position);
        if (length === 0) return false;
        position += length - 1;
      } else if (byte < 0x20) return this.fail(refusals.notJson) !== Kind.failed;
      else if (byte >= 0x80) this.hasNonAscii = true;
    }
    this.position = position + 1;
    return true;
  }

  /** @returns the length of the escape at this backslash; 0 when it is none (the failure is set) */
  private escapeLength(position: number): number {
    const byte = this.bytes[position + 1] ?? 0;
    if (byte !== 0x75) return escapable.has(byte) ? 2 : this.fail(refusals.notJson);
    const unit = this.hexadecimal(position + 2);
    if (unit < 0) return this.fail(refusals.notJson);
    if (unit < 0xd800 || unit > 0xdfff) return 6;
    const isPair =
      unit < 0xdc00 &&
      this.bytes[position + 6] === backslash &&
      this.bytes[position + 7] === 0x75 &&
      (this.hexadecimal(position + 8) & ~0x3ff) === 0xdc00;
    return isPair ? 12 : this.fail(refusals.loneSurrogate);
  }

  /** The four hexadecimal digits from `start`; negative when they are not. */
  private hexadecimal(start: number): number {
    let unit = 0;
    for (let offset = 0; offset < 4; offset++) {
      const byte = this.bytes[start + offset] ?? 0;
      const letter = byte | 0x20;
      if (byte >= zero && byte <= nine) unit = unit * 16 + byte - zero;
      else if (letter >= 0x61 && letter <= 0x66) unit = unit * 16 + letter - 0x57;
      else return -1;
    }
    return unit;
  }

  private number(): number {
    const start = this.position;
    if (this.bytes[start] === 0x2d) this.position++;
    const integerDigits = this.digits();
    const leadingZero = this.bytes[this.position - integerDigits] === zero;
    if (integerDigits === 0 || (leadingZero && integerDigits > 1)) return this.fail(refusals.notJson);
    let kind = Kind.integer;
    if (this.bytes[this.position] === 0x2e) {
      kind = Kind.fraction;
      this.position++;
      if (this.digits() === 0) return this.fail(refusals.notJson);
    }
    const hasExponent = ((this.bytes[this.position] ?? 0) | 0x20) === 0x65;
    if (hasExponent) {
      kind = Kind.fraction;
      this.position++;
      const sign = this.bytes[this.position];
      if (sign === 0x2b || sign === 0x2d) this.position++;
      if (this.digits() === 0) return this.fail(refusals.notJson);
    }
    const mayBeInfinite = hasExponent || integerDigits > digitsOfAnyDouble;
    if (mayBeInfinite && !Number.isFinite(Number(this.text(start))))
      return this.fail(refusals.numberTooLarge);
    return kind;
  }

  /** Skips digits. @returns how many there were */
  private digits(): number {
    const { bytes } = this;
    const start = this.position;
    let position = start;
    for (; ; position++) {
      const byte = bytes[position] ?? 0;
      if (byte < zero || byte > nine) break;
    }
    this.position = position;
    return position - start;
  }

  /** Whether the integer that was just read, from `start`, is an int64 (Iceberg spec, "Primitive Types": long). */
  private fitsLong(start: number): boolean {
    const length = this.position - start;
    if (length <= longRange.alwaysFits) return true;
    if (length >= longRange.neverFits) return false;
    const value = BigInt(this.text(start));
    return value >= longRange.min && value <= longRange.max;
  }

  private text(start: number): string {
    return Buffer.from(this.bytes.subarray(start, this.position)).toString("latin1");
  }
}

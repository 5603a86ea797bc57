import { icebergDestinationLimits } from "../../pipeline/firehose-limits";
import { refusals, type Refusal } from "./record-cases";

/** Kinds of JSON value as bits, so that one number can say which of them are wanted. */
export const Kind = {
  failed: 0,
  string: 1,
  integer: 2,
  fraction: 4,
  boolean: 8,
  null: 16,
  object: 32,
  array: 64,
};

/** The ASCII characters with a meaning in JSON. */
export const ascii = {
  tab: 0x09,
  lineFeed: 0x0a,
  carriageReturn: 0x0d,
  space: 0x20,
  quote: 0x22,
  plus: 0x2b,
  comma: 0x2c,
  minus: 0x2d,
  point: 0x2e,
  zero: 0x30,
  nine: 0x39,
  colon: 0x3a,
  openBracket: 0x5b,
  backslash: 0x5c,
  closeBracket: 0x5d,
  lowerA: 0x61,
  lowerE: 0x65,
  lowerF: 0x66,
  lowerU: 0x75,
  openBrace: 0x7b,
  closeBrace: 0x7d,
} as const;
// Local constants: an imported one is a property to look up, for every byte.
const {
  lowerA,
  backslash,
  carriageReturn,
  closeBrace,
  closeBracket,
  colon,
  comma,
  lowerE,
  lowerF,
  lineFeed,
  minus,
  nine,
  openBrace,
  openBracket,
  plus,
  point,
  quote,
  space,
  tab,
  lowerU,
  zero,
} = ascii;
/** Set in a lowercase letter and not in its uppercase one. */
const lowercase = 0x20;

/** The characters that may follow a backslash, other than `u` (RFC 8259, section 7). */
const escapable = new Set(Array.from('"\\/bfnrt', (character) => character.charCodeAt(0)));
const literals = [
  { bytes: Buffer.from("true"), kind: Kind.boolean },
  { bytes: Buffer.from("false"), kind: Kind.boolean },
  { bytes: Buffer.from("null"), kind: Kind.null },
];

/** Any integer of so many digits is less than the largest double, about 1.8e308. */
const digitsOfAnyDouble = 308;

/**
 * Reads JSON (RFC 8259) from bytes, one value at a time, and says of each only what kind it is and where it ends.
 * Nothing is decoded or allocated. Bytes beyond ASCII are passed over; whether they are UTF-8 is for the caller to
 * ask of the whole. Stricter than the RFC where a reader of the data could not follow: nesting, halves of surrogate
 * pairs, numbers beyond every double.
 */
export class JsonScanner {
  protected bytes: Uint8Array = Buffer.alloc(0);
  protected position = 0;
  /** Set when met, and never cleared but by `start`. */
  protected hasNonAscii = false;
  /** Whether whitespace outside of strings held a line break; for the caller to clear. */
  hasLineBreak = false;
  /** Ends the scan: what follows cannot be judged. */
  protected failure: Refusal | undefined;
  /** Of the name that was read last: where its closing quote is, and whether it must be decoded. */
  protected nameEnd = 0;
  protected nameHasEscape = false;

  protected start(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.position = 0;
    this.hasNonAscii = false;
    this.failure = undefined;
  }

  protected fail(refusal: Refusal): number {
    this.failure ??= refusal;
    return Kind.failed;
  }

  protected skipWhitespace(): void {
    const { bytes } = this;
    let position = this.position;
    for (; ; position++) {
      const byte = bytes[position];
      if (byte === lineFeed || byte === carriageReturn) this.hasLineBreak = true;
      else if (byte !== space && byte !== tab) break;
    }
    this.position = position;
  }

  /** A name, its colon and the whitespace about them; leaves `nameEnd` at the closing quote. */
  protected name(): boolean {
    if (this.bytes[this.position] !== quote) return this.fail(refusals.notJson) !== Kind.failed;
    this.nameHasEscape = false;
    if (!this.string()) return false;
    this.nameEnd = this.position - 1;
    this.skipWhitespace();
    if (this.bytes[this.position] !== colon) return this.fail(refusals.notJson) !== Kind.failed;
    this.position++;
    this.skipWhitespace();
    return true;
  }

  /** Any value; `level` containers are open around it. */
  protected value(level: number): number {
    const byte = this.bytes[this.position];
    if (byte === quote) return this.string() ? Kind.string : Kind.failed;
    if (byte === openBrace || byte === openBracket) {
      if (level === icebergDestinationLimits.nestingLevels) return this.fail(refusals.tooDeep);
      return byte === openBrace ? this.object(level + 1) : this.array(level + 1);
    }
    if (byte === minus || (byte !== undefined && byte >= zero && byte <= nine)) return this.number();
    return this.literal();
  }

  private object(level: number): number {
    this.position++;
    this.skipWhitespace();
    if (this.bytes[this.position] === closeBrace) return this.close(Kind.object);
    for (;;) {
      if (!this.name() || this.value(level) === Kind.failed) return Kind.failed;
      this.skipWhitespace();
      if (this.bytes[this.position] === closeBrace) return this.close(Kind.object);
      if (this.bytes[this.position] !== comma) return this.fail(refusals.notJson);
      this.position++;
      this.skipWhitespace();
    }
  }

  private array(level: number): number {
    this.position++;
    this.skipWhitespace();
    if (this.bytes[this.position] === closeBracket) return this.close(Kind.array);
    for (;;) {
      if (this.value(level) === Kind.failed) return Kind.failed;
      this.skipWhitespace();
      if (this.bytes[this.position] === closeBracket) return this.close(Kind.array);
      if (this.bytes[this.position] !== comma) return this.fail(refusals.notJson);
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
      } else if (byte < space) return this.fail(refusals.notJson) !== Kind.failed;
      else if (byte >= 0x80) this.hasNonAscii = true;
    }
    this.position = position + 1;
    return true;
  }

  /** @returns the length of the escape at this backslash; 0 when it is none (the failure is set) */
  private escapeLength(position: number): number {
    const byte = this.bytes[position + 1] ?? 0;
    if (byte !== lowerU) return escapable.has(byte) ? 2 : this.fail(refusals.notJson);
    const unit = this.hexadecimal(position + 2);
    if (unit < 0) return this.fail(refusals.notJson);
    if (unit < 0xd800 || unit > 0xdfff) return 6;
    const isPair =
      unit < 0xdc00 &&
      this.bytes[position + 6] === backslash &&
      this.bytes[position + 7] === lowerU &&
      (this.hexadecimal(position + 8) & ~0x3ff) === 0xdc00;
    return isPair ? 12 : this.fail(refusals.loneSurrogate);
  }

  /** The four hexadecimal digits from `start`; negative when they are not. */
  private hexadecimal(start: number): number {
    let unit = 0;
    for (let offset = 0; offset < 4; offset++) {
      const byte = this.bytes[start + offset] ?? 0;
      const letter = byte | lowercase;
      if (byte >= zero && byte <= nine) unit = unit * 16 + byte - zero;
      else if (letter >= lowerA && letter <= lowerF) unit = unit * 16 + letter - lowerA + 10;
      else return -1;
    }
    return unit;
  }

  private number(): number {
    const start = this.position;
    if (this.bytes[start] === minus) this.position++;
    const integerDigits = this.digits();
    const leadingZero = this.bytes[this.position - integerDigits] === zero;
    if (integerDigits === 0 || (leadingZero && integerDigits > 1)) return this.fail(refusals.notJson);
    let kind = Kind.integer;
    if (this.bytes[this.position] === point) {
      kind = Kind.fraction;
      this.position++;
      if (this.digits() === 0) return this.fail(refusals.notJson);
    }
    const hasExponent = ((this.bytes[this.position] ?? 0) | lowercase) === lowerE;
    if (hasExponent) {
      kind = Kind.fraction;
      this.position++;
      const sign = this.bytes[this.position];
      if (sign === plus || sign === minus) this.position++;
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

  protected text(start: number): string {
    return Buffer.from(this.bytes.subarray(start, this.position)).toString("latin1");
  }
}

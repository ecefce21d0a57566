import type { CacheErrorCode } from '../../../shared/base/errors.ts';
import { DIGEST_BYTES, hashDigest, TEXT_IS, TextTable } from './text-table.ts';

/** Thrown by the scanner when the window ends inside a value; the reader goes back to its mark and asks for more. */
export class WindowEnd extends Error {}

/** A fault at the current field. The reader adds the field's path and makes a `CacheError` of it. */
export class FieldFault extends Error {
  readonly code: CacheErrorCode;
  readonly hint: string | undefined;
  constructor(code: CacheErrorCode, message: string, hint?: string) {
    super(message);
    this.code = code;
    this.hint = hint;
  }
}

/** Nesting that an unknown field may have. BuildKit writes five levels; Go's own limit is 10,000. */
const MAX_DEPTH = 64;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const windowEnd = new WindowEnd();

/**
 * JSON tokens over a window of bytes. The byte behind the window is always 0, which no token goes on over, so that hot
 * loops need no bounds check: only what looks like a fault asks whether the window has ended.
 */
export class Scanner {
  readonly texts = new TextTable();
  /** Bytes `[pos, end)` are still to be read; `buf[end]` is 0. */
  buf: Uint8Array = new Uint8Array(1);
  pos = 0;
  end = 0;
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  readonly #encoder = new TextEncoder();

  /** The next byte that is not white space, not consumed. */
  peek(): number {
    const buf = this.buf;
    let p = this.pos;
    let c = buf[p] as number;
    while (c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09) c = buf[++p] as number;
    this.pos = p;
    return c;
  }

  /** Consumes white space and then exactly this byte. */
  take(byte: number, wanted: string): void {
    if (this.peek() !== byte) this.unexpected(wanted);
    this.pos++;
  }

  /** After an item: true when another follows, false when the list or object has been closed by `close`. */
  more(close: number): boolean {
    const c = this.peek();
    if (c !== 0x2c && c !== close) this.unexpected(close === 0x5d ? '`,` or `]`' : '`,` or `}`');
    this.pos++;
    return c === 0x2c;
  }

  /** Consumes `null` if that is what comes. */
  isNull(): boolean {
    if (this.peek() !== 0x6e) return false;
    this.#word('null');
    return true;
  }

  /** A whole number; fractions, exponents and what a double cannot hold are faults. */
  integer(): number {
    const first = this.peek();
    const buf = this.buf;
    let p = this.pos;
    if (first === 0x2d) p++;
    const from = p;
    let value = 0;
    let c = buf[p] as number;
    while (c >= 0x30 && c <= 0x39) {
      value = value * 10 + (c - 0x30);
      c = buf[++p] as number;
    }
    if (p >= this.end) throw windowEnd;
    if (p === from) this.unexpected('a whole number');
    if (c === 0x2e || c === 0x65 || c === 0x45) throw new FieldFault('CORRUPT', 'A whole number was expected here.');
    if (buf[from] === 0x30 && p > from + 1) throw new FieldFault('CORRUPT', 'A number may not begin with 0.');
    if (value > Number.MAX_SAFE_INTEGER) throw new FieldFault('CORRUPT', 'This number is absurdly large.');
    this.pos = p;
    return first === 0x2d ? -value : value;
  }

  /** A string, as its number in the table. Well-formed SHA-256 digests are recognised and checked in the same pass. */
  text(): number {
    if (this.peek() !== QUOTE) this.unexpected('a string');
    const digest = this.#digest();
    if (digest >= 0) return digest;
    const start = this.pos + 1;
    const close = this.#closingQuote(start);
    if (close < 0) {
      const text = this.#decode(start, -close);
      this.pos = -close + 1;
      return this.intern(text);
    }
    this.pos = close + 1;
    return this.texts.intern(this.buf, start, close);
  }

  /** As `text`, for strings that hardly ever repeat: each gets a number of its own. */
  freshText(): number {
    if (this.peek() !== QUOTE) this.unexpected('a string');
    const start = this.pos + 1;
    const close = this.#closingQuote(start);
    if (close < 0) return this.text();
    this.pos = close + 1;
    return this.texts.append(this.buf, start, close);
  }

  /** A string that nothing else is to find again. @throws `INVALID_INPUT` for one longer than `maxBytes` */
  string(maxBytes: number): string {
    if (this.peek() !== QUOTE) this.unexpected('a string');
    const start = this.pos + 1;
    const close = this.#closingQuote(start);
    if (Math.abs(close) - start > maxBytes) {
      throw new FieldFault('INVALID_INPUT', `This text is longer than ${maxBytes} bytes.`);
    }
    this.pos = Math.abs(close) + 1;
    return close < 0 ? this.#decode(start, -close) : this.#decoder.decode(this.buf.subarray(start, close));
  }

  /** The number of the last key. */
  internKey(): number {
    return this.oddKey === undefined
      ? this.texts.intern(this.buf, this.keyStart, this.keyEnd)
      : this.intern(this.oddKey);
  }

  /** The number of a text that does not stand in the document. */
  intern(text: string): number {
    const bytes = this.#encoder.encode(text);
    return this.texts.intern(bytes, 0, bytes.length);
  }

  /** Consumes a key and its colon. The bytes of a plain key stand at `[keyStart, keyEnd)`; else it is in `oddKey`. */
  key(): void {
    if (this.peek() !== QUOTE) this.unexpected('a field name');
    const start = this.pos + 1;
    const close = this.#closingQuote(start);
    this.keyStart = start;
    this.keyEnd = Math.abs(close);
    this.oddKey = close < 0 ? this.#decode(start, -close) : undefined;
    this.pos = this.keyEnd + 1;
    this.take(0x3a, '`:`');
  }
  keyStart = 0;
  keyEnd = 0;
  oddKey: string | undefined;

  /** The last key as a string. */
  keyText(): string {
    return this.oddKey ?? this.#decoder.decode(this.buf.subarray(this.keyStart, this.keyEnd));
  }

  /** Consumes any value, checking that it is JSON. */
  skip(depth = 0): void {
    const c = this.peek();
    if (c === QUOTE) {
      const start = this.pos + 1;
      const close = this.#closingQuote(start);
      if (close < 0) this.#decode(start, -close);
      this.pos = Math.abs(close) + 1;
    } else if (c === 0x7b || c === 0x5b) {
      if (depth >= MAX_DEPTH) {
        throw new FieldFault('CORRUPT', `This is nested more than ${MAX_DEPTH} deep.`, 'No cache config is.');
      }
      this.#skipInside(c, depth + 1);
    } else if (c === 0x74) this.#word('true');
    else if (c === 0x66) this.#word('false');
    else if (c === 0x6e) this.#word('null');
    else this.#skipNumber();
  }

  /** Consumes any value and gives its own text. */
  rawText(): string {
    this.peek();
    const start = this.pos;
    this.skip();
    return this.#decoder.decode(this.buf.subarray(start, this.pos));
  }

  /** Throws: the window has ended, or the document is not what it should be. */
  unexpected(wanted: string): never {
    if (this.pos >= this.end) throw windowEnd;
    const c = this.buf[this.pos] as number;
    const seen = c > 0x20 && c < 0x7f ? `\`${String.fromCharCode(c)}\`` : `byte 0x${c.toString(16).padStart(2, '0')}`;
    throw new FieldFault('CORRUPT', `${wanted} was expected here, not ${seen}.`);
  }

  /** The number of a SHA-256 digest that begins at `pos`, or -1 for any other string, nothing consumed. */
  #digest(): number {
    const buf = this.buf;
    const p = this.pos + 1;
    const close = p + DIGEST_BYTES;
    if (close >= this.end || buf[close] !== QUOTE || buf[p] !== 0x73 || buf[p + 6] !== 0x3a) return -1;
    if (buf[p + 1] !== 0x68 || buf[p + 2] !== 0x61 || buf[p + 3] !== 0x32 || buf[p + 4] !== 0x35) return -1;
    if (buf[p + 5] !== 0x36) return -1;
    const hash = hashDigest(buf, p);
    if (hash < 0) return -1;
    this.pos = close + 1;
    const text = this.texts.internHashed(buf, p, close, hash);
    this.texts.mark(text, TEXT_IS.digest | TEXT_IS.key);
    return text;
  }

  /**
   * Index of the quote that closes the string whose content begins at `start`; negated when the content has escapes or
   * bytes beyond ASCII and so has to be decoded.
   */
  #closingQuote(start: number): number {
    const buf = this.buf;
    let p = start;
    let odd = false;
    for (;;) {
      const c = buf[p] as number;
      if (c === QUOTE) return odd ? -p : p;
      if (c === BACKSLASH) {
        odd = true;
        p++;
        if (p >= this.end) throw windowEnd;
      } else if (c < 0x20) {
        this.pos = p;
        this.unexpected('a character of a string');
      } else if (c >= 0x80) odd = true;
      p++;
    }
  }

  /** Escapes, and what is not UTF-8 or half a surrogate pair as U+FFFD, as Go's decoder has it. */
  #decode(start: number, close: number): string {
    const raw = this.#decoder.decode(this.buf.subarray(start, close));
    try {
      return (JSON.parse(`"${raw}"`) as string).toWellFormed();
    } catch {
      throw new FieldFault('CORRUPT', 'This string has an escape that JSON does not know.');
    }
  }

  #skipInside(open: number, depth: number): void {
    const close = open === 0x7b ? 0x7d : 0x5d;
    this.pos++;
    if (this.peek() === close) {
      this.pos++;
      return;
    }
    do {
      if (open === 0x7b) this.key();
      this.skip(depth);
    } while (this.more(close));
  }

  #skipNumber(): void {
    const buf = this.buf;
    let p = this.pos;
    for (;;) {
      const c = buf[p] as number;
      const inNumber = (c >= 0x30 && c <= 0x39) || c === 0x2d || c === 0x2b || c === 0x2e || c === 0x65 || c === 0x45;
      if (!inNumber) break;
      p++;
    }
    if (p >= this.end) throw windowEnd;
    const text = p - this.pos > 4096 ? '' : this.#decoder.decode(buf.subarray(this.pos, p));
    if (!/^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text)) this.unexpected('a value');
    this.pos = p;
  }

  #word(word: string): void {
    for (let i = 0; i < word.length; i++) {
      if (this.buf[this.pos + i] === word.charCodeAt(i)) continue;
      if (this.pos + i >= this.end) throw windowEnd;
      this.unexpected('a value');
    }
    this.pos += word.length;
  }
}

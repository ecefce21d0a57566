import { Column } from './column.ts';
import { type PackedTexts, TextPacker } from './packed-texts.ts';

/** What is known of a text's form, so that each distinct text is checked once however often it occurs. */
export const TEXT_IS = { digest: 1, key: 2, time: 4 } as const;

/**
 * Gives every distinct text a number, in the order of first sight; "" is 0. It works on bytes: no string is made.
 * An open-addressing table whose hash is seeded anew in each process, so that a document cannot be built to collide.
 */
export class TextTable {
  readonly #texts = new TextPacker();
  readonly #hashes = new Column();
  #forms: Uint8Array = new Uint8Array(1024);
  #slots = new Uint32Array(1 << 11);
  #mask = (1 << 11) - 1;
  #placed = 0;

  constructor() {
    this.intern(new Uint8Array(0), 0, 0);
  }

  /** The number of the text in `[start, end)`. */
  intern(source: Uint8Array, start: number, end: number): number {
    return this.internHashed(source, start, end, hashText(source, start, end));
  }

  /** As `intern`, where the hash is known. */
  internHashed(source: Uint8Array, start: number, end: number, hash: number): number {
    let slot = hash & this.#mask;
    for (;;) {
      const entry = this.#slots[slot] as number;
      if (entry === 0) return this.#add(source, start, end, hash);
      if (this.#hashes.at(entry - 1) === hash && this.#texts.equals(entry - 1, source, start, end)) return entry - 1;
      slot = (slot + 1) & this.#mask;
    }
  }

  /** Gives the text a number of its own, for texts that hardly ever repeat. `intern` will not find it. */
  append(source: Uint8Array, start: number, end: number): number {
    this.#hashes.push(0);
    this.#widenForms(this.#texts.size);
    return this.#texts.add(source, start, end);
  }

  /** Which of `TEXT_IS` the text has been found to be. */
  form(text: number): number {
    return this.#forms[text] as number;
  }

  mark(text: number, form: number): void {
    this.#forms[text] = (this.#forms[text] as number) | form;
  }

  /** Bytes of a text; not to be kept. */
  bytes(text: number): Uint8Array {
    return this.#texts.bytes(text);
  }

  finish(): PackedTexts {
    return this.#texts.finish();
  }

  #add(source: Uint8Array, start: number, end: number, hash: number): number {
    const text = this.#texts.add(source, start, end);
    this.#hashes.push(hash);
    this.#widenForms(text);
    if (++this.#placed * 2 > this.#slots.length) this.#rehash();
    this.#place(text, hash);
    return text;
  }

  #widenForms(text: number): void {
    if (text < this.#forms.length) return;
    const wider = new Uint8Array(text * 2);
    wider.set(this.#forms);
    this.#forms = wider;
  }

  #place(text: number, hash: number): void {
    let slot = hash & this.#mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & this.#mask;
    this.#slots[slot] = text + 1;
  }

  #rehash(): void {
    const placed = this.#slots.filter((entry) => entry !== 0);
    this.#slots = new Uint32Array(this.#slots.length * 4);
    this.#mask = this.#slots.length - 1;
    for (const entry of placed) this.#place(entry - 1, this.#hashes.at(entry - 1));
  }
}

const SEED = (Math.random() * 0x1_0000_0000) >>> 0;

/** Hash of the bytes in `[start, end)`, unsigned 32 bits; four bytes a step. */
function hashText(source: Uint8Array, start: number, end: number): number {
  let hash = SEED ^ (end - start);
  let i = start;
  for (; i + 4 <= end; i += 4) {
    const word =
      (source[i] as number) |
      ((source[i + 1] as number) << 8) |
      ((source[i + 2] as number) << 16) |
      ((source[i + 3] as number) << 24);
    hash = Math.imul(hash ^ word, 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  for (; i < end; i++) hash = Math.imul(hash ^ (source[i] as number), 0x85ebca6b);
  hash ^= hash >>> 13;
  return hash >>> 0;
}

/** 1 for what is not a lower-case hexadecimal digit, so that a digest is checked by or-ing. */
const NOT_HEX = Uint8Array.from({ length: 256 }, (_, c) =>
  (c >= 0x30 && c <= 0x39) || (c >= 0x61 && c <= 0x66) ? 0 : 1,
);

/** Bytes of a SHA-256 digest: `sha256:` and 64 digits. */
export const DIGEST_BYTES = 71;

/**
 * `hashText` of the 71 bytes from `start`, which begin with `sha256:`, checking in the same pass that the rest is
 * hexadecimal; -1 where it is not. Most texts of a config are digests: one pass less shows.
 */
export function hashDigest(source: Uint8Array, start: number): number {
  let hash = SEED ^ DIGEST_BYTES;
  let bad = NOT_HEX[source[start + 7] as number] as number;
  for (let i = start; i < start + 8; i += 4) {
    const word =
      (source[i] as number) |
      ((source[i + 1] as number) << 8) |
      ((source[i + 2] as number) << 16) |
      ((source[i + 3] as number) << 24);
    hash = Math.imul(hash ^ word, 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  for (let i = start + 8; i < start + 68; i += 4) {
    const a = source[i] as number;
    const b = source[i + 1] as number;
    const c = source[i + 2] as number;
    const d = source[i + 3] as number;
    bad |= (NOT_HEX[a] as number) | (NOT_HEX[b] as number) | (NOT_HEX[c] as number) | (NOT_HEX[d] as number);
    hash = Math.imul(hash ^ (a | (b << 8) | (c << 16) | (d << 24)), 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  for (let i = start + 68; i < start + DIGEST_BYTES; i++) {
    const digit = source[i] as number;
    bad |= NOT_HEX[digit] as number;
    hash = Math.imul(hash ^ digit, 0x85ebca6b);
  }
  hash ^= hash >>> 13;
  return bad === 0 ? hash >>> 0 : -1;
}

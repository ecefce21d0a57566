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

  constructor() {
    this.intern(new Uint8Array(0), 0, 0);
  }

  /** The number of the text in `[start, end)`. */
  intern(source: Uint8Array, start: number, end: number): number {
    const hash = hashText(source, start, end);
    let slot = hash & this.#mask;
    for (;;) {
      const entry = this.#slots[slot] as number;
      if (entry === 0) return this.#add(source, start, end, hash);
      if (this.#hashes.at(entry - 1) === hash && this.#texts.equals(entry - 1, source, start, end)) return entry - 1;
      slot = (slot + 1) & this.#mask;
    }
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
    if (text === this.#forms.length) {
      const wider = new Uint8Array(text * 2);
      wider.set(this.#forms);
      this.#forms = wider;
    }
    if (text * 2 > this.#slots.length) this.#rehash();
    else this.#place(text, hash);
    return text;
  }

  #place(text: number, hash: number): void {
    let slot = hash & this.#mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & this.#mask;
    this.#slots[slot] = text + 1;
  }

  #rehash(): void {
    this.#slots = new Uint32Array(this.#slots.length * 4);
    this.#mask = this.#slots.length - 1;
    for (let text = 0; text < this.#texts.size; text++) this.#place(text, this.#hashes.at(text));
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

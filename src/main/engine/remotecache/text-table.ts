import { Column } from './column.ts';

/** Distinct texts as one block of UTF-8 and where each begins: what travels between threads. */
export interface PackedTexts {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** One entry more than there are texts. */
  readonly offsets: Uint32Array<ArrayBuffer>;
}

/** What is known of a text's form, so that each distinct text is checked once however often it occurs. */
export const TEXT_IS = { digest: 1, key: 2, time: 4 } as const;

/**
 * Gives every distinct text a number, in the order of first sight; "" is 0. It works on bytes: no string is made.
 * An open-addressing table whose hash is seeded anew in each process, so that a document cannot be built to collide.
 */
export class TextTable {
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(1 << 16);
  #offsets = new Column();
  #hashes = new Column();
  #forms: Uint8Array = new Uint8Array(1024);
  #slots = new Uint32Array(1 << 11);
  #mask = (1 << 11) - 1;

  constructor() {
    this.#offsets.push(0);
    this.#add(new Uint8Array(0), 0, 0, hashText(new Uint8Array(0), 0, 0));
  }

  get size(): number {
    return this.#hashes.length;
  }

  /** The number of the text in `[start, end)`; `hash` is its `hashText`. */
  intern(source: Uint8Array, start: number, end: number, hash: number): number {
    let slot = hash & this.#mask;
    for (;;) {
      const entry = this.#slots[slot] as number;
      if (entry === 0) return this.#add(source, start, end, hash);
      if (this.#hashes.at(entry - 1) === hash && this.#equals(entry - 1, source, start, end)) return entry - 1;
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

  /** Bytes of a text; valid until the next `intern`. */
  bytes(text: number): Uint8Array {
    return this.#bytes.subarray(this.#offsets.at(text), this.#offsets.at(text + 1));
  }

  finish(): PackedTexts {
    const bytes = this.#bytes.slice(0, this.#offsets.at(this.size));
    this.#bytes = new Uint8Array(0);
    this.#slots = new Uint32Array(0);
    return { bytes, offsets: this.#offsets.finish() };
  }

  #equals(text: number, source: Uint8Array, start: number, end: number): boolean {
    const from = this.#offsets.at(text);
    if (this.#offsets.at(text + 1) - from !== end - start) return false;
    for (let i = start, j = from; i < end; i++, j++) if (this.#bytes[j] !== source[i]) return false;
    return true;
  }

  #add(source: Uint8Array, start: number, end: number, hash: number): number {
    const text = this.size;
    const from = this.#offsets.at(text);
    const to = from + end - start;
    if (to > this.#bytes.length) {
      const wider = new Uint8Array(Math.max(to, this.#bytes.length * 2));
      wider.set(this.#bytes);
      this.#bytes = wider;
    }
    for (let i = start, j = from; i < end; i++, j++) this.#bytes[j] = source[i] as number;
    this.#offsets.push(to);
    this.#hashes.push(hash);
    if (text === this.#forms.length) {
      const wider = new Uint8Array(text * 2);
      wider.set(this.#forms);
      this.#forms = wider;
    }
    if (this.size * 2 > this.#slots.length) this.#rehash();
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
    for (let text = 0; text < this.size; text++) this.#place(text, this.#hashes.at(text));
  }
}

const SEED = (Math.random() * 0x1_0000_0000) >>> 0;

/** Hash of the bytes in `[start, end)`, unsigned 32 bits; four bytes a step. */
export function hashText(source: Uint8Array, start: number, end: number): number {
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

const BLOCK_BYTES = 8 << 20;

/**
 * Makes strings of packed texts, some at a time, so that a caller on an event loop can pause in between.
 * Each step yields after about 8 MiB. Where all bytes of a block are ASCII, its texts are slices of one string:
 * fewer bytes and far less time than a string each.
 */
export function* unpackTexts(packed: PackedTexts): Generator<undefined, string[]> {
  const { bytes, offsets } = packed;
  const count = offsets.length - 1;
  const texts = new Array<string>(count);
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  for (let from = 0; from < count; ) {
    const start = offsets[from] as number;
    let to = from + 1;
    while (to < count && (offsets[to + 1] as number) - start <= BLOCK_BYTES) to++;
    const block = decoder.decode(bytes.subarray(start, offsets[to]));
    const ascii = block.length === (offsets[to] as number) - start;
    for (let i = from; i < to; i++) {
      texts[i] = ascii
        ? block.slice((offsets[i] as number) - start, (offsets[i + 1] as number) - start)
        : decoder.decode(bytes.subarray(offsets[i], offsets[i + 1]));
    }
    from = to;
    yield;
  }
  return texts;
}

/** Packs texts as they are, repeats included. */
export function packTexts(texts: readonly string[]): PackedTexts {
  const offsets = new Uint32Array(texts.length + 1);
  texts.forEach((text, i) => {
    offsets[i + 1] = (offsets[i] as number) + Buffer.byteLength(text);
  });
  return { bytes: new TextEncoder().encode(texts.join('')), offsets };
}

/** Runs a generator that yields pauses to its end, without any. */
export function finish<T>(steps: Generator<undefined, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** Runs a generator that yields pauses to its end, and lets the event loop go on in each of them. */
export async function finishSlowly<T>(steps: Generator<undefined, T>): Promise<T> {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

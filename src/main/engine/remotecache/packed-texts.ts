import { Column } from './column.ts';

/**
 * Blocks of 32 MiB, so that the allocator takes each from the system by itself and gives it back as a whole: smaller
 * ones would stay with the process after a large cache has been read.
 */
const BLOCK_SHIFT = 25;
const BLOCK_BYTES = 1 << BLOCK_SHIFT;
const FIRST_BLOCK_BYTES = 1 << 16;
/** Decoded at a time: some milliseconds of work. */
const RUN_BYTES = 2 << 20;

/**
 * Many texts as UTF-8 in blocks: what travels between threads. A text lies in one block; its position counts bytes over
 * all blocks. One larger than a block has one of its own, and the places behind it are left empty.
 */
export interface PackedTexts {
  /** A block may be let go of (set to an empty one) once its texts have been read. */
  readonly blocks: Uint8Array<ArrayBuffer>[];
  readonly positions: Uint32Array<ArrayBuffer>;
  readonly lengths: Uint32Array<ArrayBuffer>;
}

/** Takes texts one after another. */
export class TextPacker {
  readonly #blocks: Uint8Array<ArrayBuffer>[] = [new Uint8Array(FIRST_BLOCK_BYTES)];
  readonly #positions = new Column();
  readonly #lengths = new Column();
  /** Where the next text goes, and where the last block ends. */
  #position = 0;
  #end = FIRST_BLOCK_BYTES;

  get size(): number {
    return this.#lengths.length;
  }

  /** Adds the bytes in `[start, end)`; the number of the text. */
  add(source: Uint8Array, start: number, end: number): number {
    const length = end - start;
    // A byte stays free, so that an empty text too has a block to lie in.
    if (this.#position + length >= this.#end) this.#makeRoom(length + 1);
    const block = this.#blocks[this.#position >>> BLOCK_SHIFT] as Uint8Array;
    let to = this.#position & (BLOCK_BYTES - 1);
    for (let from = start; from < end; from++, to++) block[to] = source[from] as number;
    this.#positions.push(this.#position);
    this.#lengths.push(length);
    this.#position += length;
    if (length >= BLOCK_BYTES) this.#position = this.#end;
    return this.size - 1;
  }

  /** Bytes of a text; not to be kept. */
  bytes(text: number): Uint8Array {
    const position = this.#positions.at(text);
    const from = position & (BLOCK_BYTES - 1);
    return (this.#blocks[position >>> BLOCK_SHIFT] as Uint8Array).subarray(from, from + this.#lengths.at(text));
  }

  /** Whether a text has the bytes in `[start, end)`. */
  equals(text: number, source: Uint8Array, start: number, end: number): boolean {
    if (this.#lengths.at(text) !== end - start) return false;
    const position = this.#positions.at(text);
    const block = this.#blocks[position >>> BLOCK_SHIFT] as Uint8Array;
    let at = position & (BLOCK_BYTES - 1);
    for (let from = start; from < end; from++, at++) if (block[at] !== source[from]) return false;
    return true;
  }

  finish(): PackedTexts {
    return { blocks: this.#blocks, positions: this.#positions.finish(), lengths: this.#lengths.finish() };
  }

  #makeRoom(length: number): void {
    const [first] = this.#blocks;
    if (first !== undefined && this.#blocks.length === 1 && this.#position + length <= BLOCK_BYTES) {
      // Most caches are small: the first block grows as it is needed.
      const wider = new Uint8Array(Math.min(BLOCK_BYTES, Math.max(this.#position + length, first.length * 4)));
      wider.set(first);
      this.#blocks[0] = wider;
      this.#end = wider.length;
      return;
    }
    const places = Math.ceil(length / BLOCK_BYTES);
    this.#position = this.#blocks.length * BLOCK_BYTES;
    this.#end = this.#position + places * BLOCK_BYTES;
    this.#blocks.push(new Uint8Array(places * BLOCK_BYTES));
    for (let i = 1; i < places; i++) this.#blocks.push(new Uint8Array(0));
  }
}

/** Packs texts as they are, repeats included. */
export function packTexts(texts: Iterable<string>): PackedTexts {
  const packer = new TextPacker();
  const encoder = new TextEncoder();
  for (const text of texts) {
    const bytes = encoder.encode(text);
    packer.add(bytes, 0, bytes.length);
  }
  return packer.finish();
}

/** Bytes of a text, as long as its block is there. */
export function bytesAt(packed: PackedTexts, text: number): Uint8Array {
  const position = packed.positions[text] as number;
  const from = position & (BLOCK_BYTES - 1);
  return (packed.blocks[position >>> BLOCK_SHIFT] as Uint8Array).subarray(
    from,
    from + (packed.lengths[text] as number),
  );
}

/** Below 0, 0 or above: how a text stands to other bytes in byte order. No view is made: this is asked by the million. */
export function compareText(packed: PackedTexts, text: number, other: Uint8Array): number {
  const position = packed.positions[text] as number;
  const length = packed.lengths[text] as number;
  const block = packed.blocks[position >>> BLOCK_SHIFT] as Uint8Array;
  const from = position & (BLOCK_BYTES - 1);
  const common = Math.min(length, other.length);
  for (let i = 0; i < common; i++) {
    const difference = (block[from + i] as number) - (other[i] as number);
    if (difference !== 0) return difference;
  }
  return length - other.length;
}

/** A text as a string, as long as its block is there. */
export function textAt(packed: PackedTexts, text: number): string {
  return decoder.decode(bytesAt(packed, text));
}

/** Every buffer, for a transfer list. */
export function textBuffers({ blocks, positions, lengths }: PackedTexts): ArrayBuffer[] {
  return [...blocks, positions, lengths].map((view) => view.buffer);
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Texts `[from, to)` that lie one behind the other in one block; `last` when no more of the block follow. */
export interface TextRun {
  readonly from: number;
  readonly to: number;
  readonly block: number;
  readonly last: boolean;
  readonly bytes: Uint8Array;
}

/** All texts, in runs of about 2 MiB. */
export function* textRuns(packed: PackedTexts): Generator<TextRun> {
  const { blocks, positions, lengths } = packed;
  const count = positions.length;
  for (let from = 0; from < count; ) {
    const start = positions[from] as number;
    const block = start >>> BLOCK_SHIFT;
    const inBlock = (text: number) => text < count && (positions[text] as number) >>> BLOCK_SHIFT === block;
    let to = from + 1;
    while (inBlock(to) && (positions[to] as number) - start < RUN_BYTES) to++;
    const bytes = (positions[to - 1] as number) + (lengths[to - 1] as number) - start;
    const at = start & (BLOCK_BYTES - 1);
    yield { from, to, block, last: !inBlock(to), bytes: (blocks[block] as Uint8Array).subarray(at, at + bytes) };
    from = to;
  }
}

/**
 * Makes strings of all texts and lets go of each block when its texts are done. It yields now and then, so that a
 * caller on an event loop can pause. Where a run is all ASCII, its texts are slices of one string: far less time than a string
 * each.
 */
export function* unpackTexts(packed: PackedTexts): Generator<undefined, string[]> {
  const { blocks, positions, lengths } = packed;
  const texts = new Array<string>(positions.length);
  for (const { from, to, block, last, bytes } of textRuns(packed)) {
    const whole = decoder.decode(bytes);
    const start = positions[from] as number;
    const ascii = whole.length === bytes.length;
    for (let i = from; i < to; i++) {
      const at = (positions[i] as number) - start;
      const end = at + (lengths[i] as number);
      texts[i] = ascii ? whole.slice(at, end) : decoder.decode(bytes.subarray(at, end));
    }
    if (last) blocks[block] = NOTHING;
    yield;
  }
  return texts;
}

const NOTHING = new Uint8Array(0);

const MAGIC = 0xfd2fb528;
/** The magic of a frame that decoders pass over; its last four bits are free. */
const SKIPPABLE = 0x184d2a50;

/** Bytes of a frame's header behind its descriptor byte, by its bits. RFC 8878, 3.1.1.1. */
const CONTENT_SIZE_BYTES = [0, 2, 4, 8] as const;
const DICTIONARY_BYTES = [0, 1, 2, 4] as const;

/**
 * The same bytes, in pieces of which none goes beyond the end of a zstd frame. Node's decompressor takes what lies behind
 * a frame in one write for the end of the stream and drops it without a word, but layers may have many frames: that is
 * how zstd:chunked lets each file be read alone. What is no frame passes as it is, for the decompressor to refuse.
 */
export async function* splitAtFrames(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const frames = new FrameScanner();
  for await (const chunk of chunks) {
    for (let from = 0; from < chunk.length; ) {
      const to = frames.advance(chunk, from);
      yield chunk.subarray(from, to);
      from = to;
    }
  }
}

type Part = 'magic' | 'skipped-size' | 'descriptor' | 'block' | 'unknown';

/** Knows where it stands in a run of frames, whatever the chunks in which they come. */
class FrameScanner {
  #part: Part = 'magic';
  /** Of a field whose value matters: how many bytes are still to come, and the value so far (little endian). */
  #missing = 4;
  #value = 0;
  #width = 0;
  /** Bytes to pass before the next field. */
  #pass = 0;
  #checksumBytes = 0;

  /** The end of the frame that `chunk[from]` lies in, or of the chunk if that comes first. */
  advance(chunk: Uint8Array, from: number): number {
    let at = from;
    while (at < chunk.length) {
      if (this.#part === 'unknown') return chunk.length;
      if (this.#pass > 0) {
        const step = Math.min(this.#pass, chunk.length - at);
        this.#pass -= step;
        at += step;
        if (this.#pass === 0 && this.#part === 'magic') return at;
        continue;
      }
      this.#value += (chunk[at] as number) * 2 ** (8 * this.#width);
      this.#width += 1;
      at += 1;
      if (this.#width === this.#missing && this.#fieldEnds()) return at;
    }
    return at;
  }

  /** Takes in the value of a field. @returns whether the frame ends here */
  #fieldEnds(): boolean {
    const value = this.#value;
    this.#value = 0;
    this.#width = 0;
    switch (this.#part) {
      case 'magic':
        if (value === MAGIC) this.#expect('descriptor', 1);
        else if (value >= SKIPPABLE && value < SKIPPABLE + 16) this.#expect('skipped-size', 4);
        else this.#part = 'unknown';
        return false;
      case 'skipped-size':
        return this.#endFrame(value);
      case 'descriptor': {
        const singleSegment = (value & 0x20) !== 0;
        const contentSize = value >> 6 === 0 && singleSegment ? 1 : (CONTENT_SIZE_BYTES[value >> 6] as number);
        this.#checksumBytes = value & 4 ? 4 : 0;
        this.#expect('block', 3);
        this.#pass = (singleSegment ? 0 : 1) + (DICTIONARY_BYTES[value & 3] as number) + contentSize;
        return false;
      }
      default: {
        // A block: is it the last one, its type (1: one byte repeated), its size.
        const bytes = ((value >> 1) & 3) === 1 ? 1 : value >> 3;
        if ((value & 1) === 1) return this.#endFrame(bytes + this.#checksumBytes);
        this.#pass = bytes;
        return false;
      }
    }
  }

  /** The frame ends after this many bytes more. */
  #endFrame(bytes: number): boolean {
    this.#expect('magic', 4);
    this.#pass = bytes;
    return bytes === 0;
  }

  #expect(part: Part, bytes: number): void {
    this.#part = part;
    this.#missing = bytes;
  }
}

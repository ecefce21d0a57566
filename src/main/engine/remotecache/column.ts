const CHUNK_SHIFT = 20;
const CHUNK = 1 << CHUNK_SHIFT;

/**
 * A growing column of unsigned 32-bit numbers, in chunks so that a long one is never copied to grow. `length` may be cut
 * to take entries back.
 */
export class Column {
  readonly #chunks: Uint32Array[] = [new Uint32Array(1024)];
  length = 0;

  push(value: number): void {
    const at = this.length & (CHUNK - 1);
    const chunk = this.#chunks[this.length >>> CHUNK_SHIFT];
    if (chunk !== undefined && at < chunk.length) chunk[at] = value;
    else this.#widen()[at] = value;
    this.length++;
  }

  at(index: number): number {
    return (this.#chunks[index >>> CHUNK_SHIFT] as Uint32Array)[index & (CHUNK - 1)] as number;
  }

  /** What was pushed, in one buffer of its own, so that it can be transferred. The column is empty afterwards. */
  finish(): Uint32Array<ArrayBuffer> {
    const whole = new Uint32Array(this.length);
    this.#chunks.forEach((chunk, i) => {
      const left = Math.min(this.length - i * CHUNK, CHUNK);
      if (left > 0) whole.set(chunk.subarray(0, left), i * CHUNK);
    });
    this.#chunks.length = 0;
    this.length = 0;
    return whole;
  }

  #widen(): Uint32Array {
    const last = this.length >>> CHUNK_SHIFT;
    const short = this.#chunks[last];
    const wider = new Uint32Array(short === undefined ? CHUNK : Math.min(CHUNK, short.length * 4));
    if (short !== undefined) wider.set(short);
    this.#chunks[last] = wider;
    return wider;
  }
}

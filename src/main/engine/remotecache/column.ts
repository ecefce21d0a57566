/** A growing column of unsigned 32-bit numbers. Doubling keeps pushing linear; `length` may be cut to take entries back. */
export class Column {
  #array: Uint32Array;
  length = 0;

  constructor(capacity = 1024) {
    this.#array = new Uint32Array(capacity);
  }

  push(value: number): void {
    if (this.length === this.#array.length) {
      const wider = new Uint32Array(this.#array.length * 2);
      wider.set(this.#array);
      this.#array = wider;
    }
    this.#array[this.length++] = value;
  }

  at(index: number): number {
    return this.#array[index] as number;
  }

  /** What was pushed, in its own buffer, so that it can be transferred. */
  finish(): Uint32Array<ArrayBuffer> {
    const whole = this.#array.slice(0, this.length);
    this.#array = new Uint32Array(0);
    return whole;
  }
}

import type { FoundBlob } from '../ports/collected-bucket.ts';
import { DigestTable } from './digest-table.ts';

/** Blobs with size and time in columns: about 70 bytes each, however many there are. Each digest once. */
export class BlobList {
  readonly #digests = new DigestTable();
  /** Size and time of each, one behind the other. */
  #numbers = new Float64Array(1024);
  #bytes = 0;

  get length(): number {
    return this.#digests.size;
  }

  /** Their sizes together. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Adds a blob; one that is there already stays as it is. */
  add({ digest, size, modifiedAt }: FoundBlob): void {
    const number = this.length;
    if (this.#digests.add(digest) !== number) return;
    if (number * 2 === this.#numbers.length) {
      const wider = new Float64Array(this.#numbers.length * 2);
      wider.set(this.#numbers);
      this.#numbers = wider;
    }
    this.#numbers[number * 2] = size;
    this.#numbers[number * 2 + 1] = modifiedAt;
    this.#bytes += size;
  }

  at(number: number): FoundBlob {
    return {
      digest: this.#digests.at(number),
      size: this.#numbers[number * 2] as number,
      modifiedAt: this.#numbers[number * 2 + 1] as number,
    };
  }

  /** Those in `[start, end)`. */
  slice(start: number, end: number): FoundBlob[] {
    const found: FoundBlob[] = [];
    for (let number = start; number < Math.min(end, this.length); number++) found.push(this.at(number));
    return found;
  }
}

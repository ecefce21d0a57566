import { type Digest, parseDigest } from '../../../shared/oci/digest.ts';

const SHA256 = 'sha256:';
/** 32-bit words of a SHA-256 digest. */
const WORDS = 8;
const FIRST_SLOTS = 1 << 12;

/**
 * Numbers digests from 0 on, in the order they come. 32 bytes and a slot for each SHA-256 digest and no text, so that a
 * million take about 50 MB; digests of other algorithms, which BuildKit does not write, are kept as texts.
 */
export class DigestTable {
  /** Open addressing by the first word of the digest, which is as good as random: number + 1, or 0. */
  #slots = new Int32Array(FIRST_SLOTS);
  #words = new Uint32Array((FIRST_SLOTS / 2) * WORDS);
  readonly #others = new Map<string, number>();
  readonly #otherTexts = new Map<number, string>();
  readonly #read = new Uint32Array(WORDS);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The number of a digest, which it is given where it has none. */
  add(digest: string): number {
    if (!this.#take(digest)) {
      const known = this.#others.get(digest);
      if (known !== undefined) return known;
      this.#others.set(digest, this.#size);
      this.#otherTexts.set(this.#size, digest);
      this.#makeRoom();
      return this.#size++;
    }
    const slot = this.#slotOf(this.#read);
    const found = this.#slots[slot] as number;
    if (found > 0) return found - 1;
    this.#words.set(this.#read, this.#size * WORDS);
    this.#slots[slot] = this.#size + 1;
    this.#size += 1;
    this.#makeRoom();
    return this.#size - 1;
  }

  /** -1 for a digest that has none. */
  find(digest: string): number {
    if (!this.#take(digest)) return this.#others.get(digest) ?? -1;
    return (this.#slots[this.#slotOf(this.#read)] as number) - 1;
  }

  has(digest: string): boolean {
    return this.find(digest) >= 0;
  }

  /** The digest with a number. */
  at(number: number): Digest {
    const other = this.#otherTexts.get(number);
    if (other !== undefined) return parseDigest(other);
    let hex = '';
    for (let word = number * WORDS; word < (number + 1) * WORDS; word++) {
      hex += (this.#words[word] as number).toString(16).padStart(8, '0');
    }
    return parseDigest(SHA256 + hex);
  }

  /** Reads a SHA-256 digest into words; false for another text. */
  #take(digest: string): boolean {
    if (digest.length !== SHA256.length + WORDS * 8 || !digest.startsWith(SHA256)) return false;
    for (let word = 0; word < WORDS; word++) {
      let value = 0;
      const end = SHA256.length + (word + 1) * 8;
      for (let at = end - 8; at < end; at++) {
        const code = digest.charCodeAt(at);
        value = (value << 4) | (code <= 57 ? code - 48 : code - 87);
      }
      this.#read[word] = value;
    }
    return true;
  }

  #slotOf(words: Uint32Array): number {
    const mask = this.#slots.length - 1;
    for (let slot = (words[0] as number) & mask; ; slot = (slot + 1) & mask) {
      const number = (this.#slots[slot] as number) - 1;
      if (number < 0 || this.#equals(number, words)) return slot;
    }
  }

  #equals(number: number, words: Uint32Array): boolean {
    const from = number * WORDS;
    for (let word = 0; word < WORDS; word++) if (this.#words[from + word] !== words[word]) return false;
    return true;
  }

  /** At most half of the slots are taken. */
  #makeRoom(): void {
    if (this.#size * 2 < this.#slots.length) return;
    const words = new Uint32Array(this.#slots.length * WORDS);
    words.set(this.#words);
    this.#words = words;
    this.#slots = new Int32Array(this.#slots.length * 2);
    for (let number = 0; number < this.#size; number++) {
      if (this.#otherTexts.has(number)) continue;
      this.#slots[this.#slotOf(this.#words.subarray(number * WORDS, (number + 1) * WORDS))] = number + 1;
    }
  }
}

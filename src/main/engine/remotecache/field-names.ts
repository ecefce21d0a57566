import type { Scanner } from './scanner.ts';

/**
 * The fields an object may have. Go's decoder takes the exact name first and else any spelling that differs in case
 * only, by Unicode simple folding: so `ſ` is an s and `K` (the kelvin sign) a k.
 */
export class FieldNames {
  readonly names: readonly string[];
  readonly #bytes: readonly Uint8Array[];

  constructor(names: readonly string[]) {
    this.names = names;
    this.#bytes = names.map((name) => new TextEncoder().encode(name));
  }

  /** Index of the key that the scanner has just read, or -1 for a field that is not ours. */
  find(scanner: Scanner): number {
    const { buf, keyStart, keyEnd } = scanner;
    for (let i = 0; i < this.#bytes.length; i++) {
      const name = this.#bytes[i] as Uint8Array;
      if (name.length !== keyEnd - keyStart) continue;
      let j = 0;
      while (j < name.length && name[j] === buf[keyStart + j]) j++;
      if (j === name.length) return i;
    }
    const folded = fold(scanner.keyText());
    return this.names.findIndex((name) => fold(name) === folded);
  }
}

function fold(name: string): string {
  return name.replaceAll('\u017f', 's').replaceAll('\u212a', 'k').toLowerCase();
}

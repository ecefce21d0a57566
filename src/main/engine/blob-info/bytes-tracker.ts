import type { Descriptor } from '../../../shared/oci/descriptor.ts';

/** Adds up descriptors: `total` counts every one, `deduplicated` each digest once. Both in bytes. */
export class BytesTracker {
  #total = 0;
  #deduplicated = 0;
  readonly #seen = new Set<string>();

  get total(): number {
    return this.#total;
  }

  get deduplicated(): number {
    return this.#deduplicated;
  }

  add({ digest, size }: Pick<Descriptor, 'digest' | 'size'>): void {
    this.#total += size;
    if (this.#seen.has(digest)) return;
    this.#seen.add(digest);
    this.#deduplicated += size;
  }
}

/** Returns what descriptors add up to. */
export function bytesOf(descriptors: Iterable<Pick<Descriptor, 'digest' | 'size'>>): BytesTracker {
  const tracker = new BytesTracker();
  for (const descriptor of descriptors) tracker.add(descriptor);
  return tracker;
}

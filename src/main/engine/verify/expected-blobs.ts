import type { SourceSnapshot } from '../ports/cache-source.ts';

/** A blob that something refers to. `size` is its descriptor's, in bytes; absent where only the digest is known. */
export interface ExpectedBlob {
  readonly role: 'layer' | 'config' | 'manifest' | 'document';
  readonly size: number | undefined;
}

/** Every blob that the references of a source lead to, by digest. */
export function expectedBlobs(snapshot: SourceSnapshot): ReadonlyMap<string, ExpectedBlob> {
  const expected = new Map<string, ExpectedBlob>();
  for (const cache of snapshot.caches) {
    if (cache.manifest) expected.set(cache.manifest.digest, { role: 'manifest', size: cache.manifest.size });
    if (cache.config) expected.set(cache.config.digest, { role: 'config', size: cache.config.size });
    for (const { digest, size } of cache.descriptors) {
      if (!expected.has(digest)) expected.set(digest, { role: 'layer', size });
    }
  }
  for (const digest of snapshot.documents) {
    if (!expected.has(digest)) expected.set(digest, { role: 'document', size: undefined });
  }
  for (const digest of snapshot.imageLayers ?? []) {
    if (!expected.has(digest)) expected.set(digest, { role: 'layer', size: undefined });
  }
  return expected;
}

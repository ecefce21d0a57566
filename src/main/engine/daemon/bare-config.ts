import type { CacheConfig } from '../model/cache-config.ts';

/** Records that are known by BuildKit's id alone, without links and results: the id stands for the digest. */
export function bareConfig(ids: readonly string[]): CacheConfig {
  return {
    texts: ['', ...ids],
    layerBlob: new Uint32Array(),
    layerParent: new Int32Array(),
    layerAnnotations: new Map(),
    recordDigest: Uint32Array.from(ids, (_, index) => index + 1),
    inputOffset: new Uint32Array(ids.length + 1),
    alternativeOffset: new Uint32Array(1),
    alternativeLink: new Uint32Array(),
    alternativeSelector: new Uint32Array(),
    resultOffset: new Uint32Array(ids.length + 1),
    resultLayer: new Uint32Array(),
    resultCreatedAt: new Uint32Array(),
    chains: [],
  };
}

import { CACHE_FORMS } from '../../../shared/model/cache-forms.ts';
import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import type { CacheConfig } from '../model/cache-config.ts';
import type { SourceCache } from '../ports/cache-source.ts';
import { canonicalConfig } from '../remotecache/canonical-config.ts';
import { dropResults, minResults, wholeChains } from '../remotecache/reshape.ts';
import { sortCacheConfig } from '../remotecache/sort.ts';

/** What of a cache is written. */
export interface SelectedCache {
  readonly config: CacheConfig;
  /** Its layers, each blob once. */
  readonly blobs: readonly Descriptor[];
  /** Results that cannot be written, because a blob of theirs is nowhere. */
  readonly leftOut: number;
}

/**
 * The part of a cache that a mode asks for and that can be had. Records and links all stay.
 * @param isThere whether a blob can be had
 */
export function selectCache(
  cache: SourceCache,
  mode: 'min' | 'max',
  isThere: (digest: string) => boolean,
): SelectedCache {
  const described = new Map(cache.descriptors.map((descriptor) => [descriptor.digest, descriptor]));
  const { config: had, leftOut } = usableResults(cache, mode, (digest) => described.has(digest) && isThere(digest));
  const config = canonical(cache, had, described);
  const digests = new Set(Array.from(config.layerBlob, (text) => config.texts[text] ?? ''));
  return {
    config,
    blobs: [...digests].flatMap((digest) => described.get(digest) ?? []),
    leftOut,
  };
}

/** Returns how many of the results that a mode asks for have a blob that no descriptor names: they cannot be written. */
export function undescribedResults(cache: Pick<SourceCache, 'parsed' | 'descriptors'>, mode: 'min' | 'max'): number {
  const described = new Set(cache.descriptors.map(({ digest }) => digest));
  return usableResults(cache, mode, (digest) => described.has(digest)).leftOut;
}

function usableResults(
  { parsed }: Pick<SourceCache, 'parsed'>,
  mode: 'min' | 'max',
  isUsable: (digest: string) => boolean,
): { readonly config: CacheConfig; readonly leftOut: number } {
  const asked = mode === 'min' ? dropResults(parsed, minResults(parsed)) : parsed;
  const usable = Uint8Array.from(asked.layerBlob, (text) => (isUsable(asked.texts[text] ?? '') ? 1 : 0));
  return usable.includes(0) ? withoutMissing(asked, usable) : { config: asked, leftOut: 0 };
}

/** What BuildKit did not write as a config is put into the form in which it would be one. */
function canonical(
  { form }: SourceCache,
  config: CacheConfig,
  described: ReadonlyMap<string, Descriptor>,
): CacheConfig {
  const written = CACHE_FORMS[form].config;
  if (written === 'none') return canonicalConfig(config, described);
  // What was inside an image has the image's order.
  return written === 'unsorted' ? sortCacheConfig(config) : config;
}

function withoutMissing(config: CacheConfig, usable: Uint8Array): { config: CacheConfig; leftOut: number } {
  const whole = wholeChains(config, usable);
  const results = Uint8Array.from(config.resultLayer, (layer) => whole[layer] as number);
  const chains = Uint8Array.from(config.chains, ({ layers }) => (layers.every((layer) => usable[layer]) ? 1 : 0));
  const leftOut = [...results, ...chains].reduce<number>((sum, kept) => sum + 1 - kept, 0);
  return { config: dropResults(config, { results, chains }), leftOut };
}

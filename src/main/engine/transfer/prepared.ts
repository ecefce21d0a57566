import { formatBytes } from '../../../shared/base/bytes.ts';
import { CacheError } from '../../../shared/base/errors.ts';
import type { TransferOptions } from '../../../shared/model/transfer.ts';
import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import { isReplacedBy, type LayoutIndexDocument } from '../../../shared/oci/layout-index.ts';
import { type CacheDocuments, cacheDocuments } from '../store/cache-documents.ts';
import type { ChosenCache } from './choose-caches.ts';
import { type SelectedCache, selectCache } from './selected-cache.ts';
import { targetForm } from './target-form.ts';

/** BuildKit reads no manifest and no config that is larger. */
const BUILDKIT_LIMIT_BYTES = 1024 * 1024;

/** One cache, ready to be written but for its blobs. */
export interface PreparedCache extends ChosenCache {
  readonly selected: SelectedCache;
  readonly documents: CacheDocuments;
}

/**
 * Works out what is written of each cache.
 * @param isThere whether a blob can be had
 * @throws `INVALID_INPUT` when no layer at all can be had: an importer has no use for it, and BuildKit writes nothing either
 */
export async function prepareCaches(
  chosen: readonly ChosenCache[],
  options: TransferOptions,
  isThere: (digest: string) => boolean,
  signal?: AbortSignal,
): Promise<PreparedCache[]> {
  const prepared: PreparedCache[] = [];
  for (const { cache, ref } of chosen) {
    const selected = selectCache(cache, options.mode, isThere);
    if (selected.blobs.length === 0) throw nothingToWrite(ref);
    const form = targetForm(cache.form, options);
    const documents = await cacheDocuments(selected.config, form, selected.blobs, signal);
    prepared.push({ cache, ref, selected, documents });
  }
  return prepared;
}

/** Layers of all caches, each blob once. */
export function distinctBlobs(caches: readonly PreparedCache[]): Descriptor[] {
  const blobs = new Map<string, Descriptor>();
  for (const { selected } of caches) for (const blob of selected.blobs) blobs.set(blob.digest, blob);
  return [...blobs.values()];
}

/** What a person should know before a build relies on it. `index`: the target's references, where it exists. */
export function warningsOf(caches: readonly PreparedCache[], index: LayoutIndexDocument | undefined): string[] {
  const warnings: string[] = [];
  for (const { ref, documents } of caches) {
    for (const what of oversizedOf(documents)) {
      const size = formatBytes(documents[what].size);
      warnings.push(
        `The ${what} of ${ref} has ${size}: BuildKit imports none above ${formatBytes(BUILDKIT_LIMIT_BYTES)}.`,
      );
    }
    const replaced = index?.manifests.some(
      (entry) => isReplacedBy(entry, ref) && entry.digest !== documents.manifest.digest,
    );
    if (replaced) warnings.push(`${ref} leads to another cache there: that reference is replaced.`);
  }
  return warnings;
}

/** Which documents of a cache are larger than BuildKit reads. */
export function oversizedOf(documents: CacheDocuments): ('config' | 'manifest')[] {
  return (['config', 'manifest'] as const).filter((what) => documents[what].size > BUILDKIT_LIMIT_BYTES);
}

function nothingToWrite(ref: string): CacheError {
  return new CacheError('INVALID_INPUT', 'No result of this cache has all its layers, so there is nothing to copy.', {
    subject: ref,
    hint: 'Verify the source, and export the cache again.',
  });
}

import { formatBytes } from '../../../shared/base/bytes.ts';
import { CacheError } from '../../../shared/base/errors.ts';
import type { TransferOptions } from '../../../shared/model/transfer.ts';
import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import type { CacheTarget } from '../ports/cache-target.ts';
import { type CacheDocuments, cacheDocuments } from '../remotecache/cache-documents.ts';
import { joinConfigs } from '../remotecache/join-configs.ts';
import type { ChosenCache } from './choose-caches.ts';
import { type SelectedCache, selectCache } from './selected-cache.ts';
import { targetForm } from './target-form.ts';

/** BuildKit reads no manifest and no config that is larger. */
const BUILDKIT_LIMIT_BYTES = 1024 * 1024;

/** One cache, ready to be written but for its blobs. */
export interface PreparedCache {
  readonly ref: string;
  readonly selected: SelectedCache;
  readonly documents: CacheDocuments;
}

/**
 * Works out what is written under each reference. Several caches for one are joined, in the form of the first.
 * @param isThere whether a blob can be had
 * @param target undefined where nothing is yet
 * @throws `INVALID_INPUT` when no layer at all can be had: an importer has no use for it, and BuildKit writes nothing either
 */
export async function prepareCaches(
  chosen: readonly ChosenCache[],
  options: TransferOptions,
  isThere: (digest: string) => boolean,
  target: Pick<CacheTarget, 'form'> | undefined,
  signal?: AbortSignal,
): Promise<PreparedCache[]> {
  const prepared: PreparedCache[] = [];
  for (const [ref, [first, ...others]] of Map.groupBy(chosen, (each) => each.ref)) {
    if (!first) continue;
    const parts = [first, ...others].map(({ cache, mode, leftOut = 0 }) => {
      const had = selectCache(cache, mode, isThere);
      return { ...had, leftOut: had.leftOut + leftOut };
    });
    const selected = parts[0] && others.length === 0 ? parts[0] : await joined(parts);
    if (selected.blobs.length === 0) throw nothingToWrite(ref);
    const form = targetForm(first.cache.form, options, target?.form);
    const documents = await cacheDocuments(selected.config, form, selected.blobs, signal);
    prepared.push({ ref, selected, documents });
  }
  return prepared;
}

async function joined(parts: readonly SelectedCache[]): Promise<SelectedCache> {
  const { config, descriptors } = await joinConfigs(parts.map(({ config, blobs }) => ({ config, descriptors: blobs })));
  return { config, blobs: descriptors, leftOut: parts.reduce((sum, { leftOut }) => sum + leftOut, 0) };
}

/** Layers of all caches, each blob once. */
export function distinctBlobs(caches: readonly PreparedCache[]): Descriptor[] {
  const blobs = new Map<string, Descriptor>();
  for (const { selected } of caches) for (const blob of selected.blobs) blobs.set(blob.digest, blob);
  return [...blobs.values()];
}

/** References that lead to another cache there. */
export async function replacedAt(
  target: CacheTarget | undefined,
  caches: readonly PreparedCache[],
  signal?: AbortSignal,
): Promise<string[]> {
  const replaced: string[] = [];
  for (const { ref, documents } of caches) {
    if (await target?.leadsElsewhere(ref, documents.manifest, signal)) replaced.push(ref);
  }
  return replaced;
}

/**
 * What a person should know before a build relies on it.
 * @param replaced references that lead to another cache at the target now
 */
export function warningsOf(
  caches: readonly PreparedCache[],
  replaced: readonly string[],
  options: TransferOptions,
): string[] {
  const warnings: string[] = [];
  for (const { ref, documents } of caches) {
    const oversized = oversizedOf(documents);
    for (const what of oversized) {
      const size = formatBytes(documents[what].size);
      const limit = formatBytes(BUILDKIT_LIMIT_BYTES);
      // The same helps both: it is said once, at the end.
      const help = what === oversized.at(-1) ? ` ${helpFor(options)}` : '';
      warnings.push(`The ${what} of ${ref} has ${size}: BuildKit imports none above ${limit}.${help}`);
    }
    if (replaced.includes(ref)) warnings.push(`${ref} leads to another cache there: that reference is replaced.`);
  }
  return warnings;
}

/** What makes the documents smaller, of what is not chosen already. */
function helpFor({ mode, key }: TransferOptions): string {
  const ways = [
    ...(mode === 'min' ? [] : ['write only the results of the final images (mode min)']),
    ...(key === undefined ? ['write only what one record needs (key)'] : []),
    'prune older records in a store first',
  ];
  const said = ways.join(', or ');
  return `${said.charAt(0).toUpperCase()}${said.slice(1)}.`;
}

/** Which documents of a cache are larger than BuildKit reads. Its S3 back end reads any. */
export function oversizedOf(documents: CacheDocuments): ('config' | 'manifest')[] {
  if (documents.form === 's3') return [];
  return (['config', 'manifest'] as const).filter((what) => documents[what].size > BUILDKIT_LIMIT_BYTES);
}

function nothingToWrite(ref: string): CacheError {
  return new CacheError('INVALID_INPUT', 'No result of this cache has all its layers, so there is nothing to copy.', {
    subject: ref,
    hint: 'Verify the source, and export the cache again.',
  });
}

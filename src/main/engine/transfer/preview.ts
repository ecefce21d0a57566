import type { TransferBlob, TransferOptions, TransferPreview } from '../../../shared/model/transfer.ts';
import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import { bytesOf } from '../blob-info/bytes-tracker.ts';
import type { CacheTarget } from '../ports/cache-target.ts';
import { chosenFor, underName } from './choose-caches.ts';
import { heldCaches } from './held-caches.ts';
import { nameAtTarget } from './name-at-target.ts';
import { distinctBlobs, oversizedOf, prepareCaches, replacedAt, warningsOf } from './prepared.ts';
import { knownReplacements, layersToRecompress, withReplaced } from './recompress-caches.ts';
import type { Merging, TransferSource } from './run.ts';

/** A transfer that is only looked at. */
export interface TransferDraft {
  readonly source: Pick<TransferSource, 'location' | 'isJoined' | 'read'>;
  /** Undefined where nothing is yet. */
  readonly target: CacheTarget | undefined;
  readonly options: TransferOptions;
  readonly merging: Merging;
  readonly signal?: AbortSignal | undefined;
}

/**
 * What a transfer would do. Nothing is written.
 * @throws what the transfer would throw before its first byte
 */
export async function previewTransfer({
  source,
  target,
  options,
  merging,
  signal,
}: TransferDraft): Promise<TransferPreview> {
  const { location, isJoined = false } = source;
  const snapshot = await source.read(signal ? { signal } : {});
  let chosen = underName(await chosenFor(snapshot, options, isJoined, signal), options.as, target?.name, isJoined);
  const inSource = new Set<string>(snapshot.blobs.filter(({ problem }) => !problem).map(({ digest }) => digest));
  const warnings: string[] = [];
  if (options.compression) {
    const { compression } = options;
    const candidates = layersToRecompress(chosen, compression, (digest) => inSource.has(digest));
    const known = target
      ? await knownReplacements(target, chosen, candidates, compression, signal)
      : new Map<string, Descriptor>();
    chosen = chosen.map((each) => withReplaced(each, known));
    const left = candidates.length - known.size;
    if (left > 0) {
      const layers = left === 1 ? '1 layer is' : `${left} layers are`;
      warnings.push(
        `${layers} recompressed to ${compression}: shown is what is read, what is written has another size.`,
      );
    }
  }
  const held = options.merge && target ? await heldCaches(target, chosen, merging, signal) : [];
  chosen = [...held.flatMap((each) => each.chosen), ...chosen];
  const described = chosen.flatMap(({ cache }) => cache.descriptors);
  const there = target ? (await target.survey(described, signal)).present : new Set<string>();
  const isThere = (digest: string) => inSource.has(digest) || there.has(digest);
  const prepared = await prepareCaches(chosen, options, isThere, target, signal);
  const caches = await nameAtTarget(target, prepared, options, location, signal);
  const written = distinctBlobs(caches);
  const missing = new Map(described.filter(({ digest }) => !isThere(digest)).map((blob) => [blob.digest, blob]));
  const skip = written.filter(({ digest }) => there.has(digest));
  const copy = written.filter(({ digest }) => !there.has(digest));
  warnings.push(...warningsOf(caches, await replacedAt(target, caches, signal), options));
  return {
    records: caches.reduce((total, { selected }) => total + selected.config.recordDigest.length, 0),
    refs: caches.map(({ ref }) => ref),
    blobs: [
      ...written.map((blob) => shown(blob, there.has(blob.digest) ? 'there' : 'to-copy')),
      ...Array.from(missing.values(), (blob) => shown(blob, 'missing')),
    ],
    copyBlobs: copy.length,
    copyBytes: bytesOf(copy).deduplicated,
    skipBlobs: skip.length,
    skipBytes: bytesOf(skip).deduplicated,
    resultsLeftOut: caches.reduce((total, { selected }) => total + selected.leftOut, 0),
    oversized: [...new Set(caches.flatMap(({ documents }) => oversizedOf(documents)))],
    warnings,
  };
}

function shown({ digest, mediaType, size }: Descriptor, state: TransferBlob['state']): TransferBlob {
  return { digest, mediaType, size, state };
}

import type { TransferBlob, TransferOptions, TransferPreview } from '../../../shared/model/transfer.ts';
import type { Descriptor } from '../../../shared/oci/descriptor.ts';
import type { SourceSnapshot } from '../ports/cache-source.ts';
import type { LayoutStore } from '../ports/managed-store.ts';
import { chooseCaches } from './choose-caches.ts';
import { distinctBlobs, oversizedOf, prepareCaches, warningsOf } from './prepared.ts';
import { presentBlobs } from './present-blobs.ts';

/**
 * What a transfer would do. Nothing is written. `target` is undefined where nothing is yet.
 * @throws what the transfer would throw before its first byte
 */
export async function previewTransfer(
  snapshot: SourceSnapshot,
  target: LayoutStore | undefined,
  options: TransferOptions,
  signal?: AbortSignal,
): Promise<TransferPreview> {
  const chosen = chooseCaches(snapshot, options.ref);
  const inSource = new Set<string>(snapshot.blobs.filter(({ problem }) => !problem).map(({ digest }) => digest));
  const described = chosen.flatMap(({ cache }) => cache.descriptors);
  const there = target ? await presentBlobs(target, described) : new Set<string>();
  const isThere = (digest: string) => inSource.has(digest) || there.has(digest);
  const caches = await prepareCaches(chosen, options, isThere, signal);
  const written = distinctBlobs(caches);
  const missing = new Map(described.filter(({ digest }) => !isThere(digest)).map((blob) => [blob.digest, blob]));
  const skip = written.filter(({ digest }) => there.has(digest));
  const copy = written.filter(({ digest }) => !there.has(digest));
  const sum = (blobs: readonly { readonly size: number }[]) => blobs.reduce((total, { size }) => total + size, 0);
  return {
    records: caches.reduce((total, { selected }) => total + selected.config.recordDigest.length, 0),
    blobs: [
      ...written.map((blob) => shown(blob, there.has(blob.digest) ? 'there' : 'to-copy')),
      ...Array.from(missing.values(), (blob) => shown(blob, 'missing')),
    ],
    copyBlobs: copy.length,
    copyBytes: sum(copy),
    skipBlobs: skip.length,
    skipBytes: sum(skip),
    resultsLeftOut: caches.reduce((total, { selected }) => total + selected.leftOut, 0),
    oversized: [...new Set(caches.flatMap(({ documents }) => oversizedOf(documents)))],
    warnings: warningsOf(caches, (await target?.readIndex())?.document),
  };
}

function shown({ digest, mediaType, size }: Descriptor, state: TransferBlob['state']): TransferBlob {
  return { digest, mediaType, size, state };
}

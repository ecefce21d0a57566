import type { SourceBlob } from '../ports/cache-source.ts';
import type { PruneModel } from './model.ts';

/** Blobs that lie there and that no manifest refers to. */
export interface Orphans {
  /** Oldest first, ties by digest. */
  readonly go: readonly SourceBlob[];
  readonly stayBytes: number;
  readonly stayBlobs: number;
}

/** Orphans that were last changed before a moment, and how many are younger. */
export function orphanBlobs({ snapshot, blobs }: PruneModel, beforeMs: number): Orphans {
  const referred = new Set<string>([...snapshot.documents, ...(snapshot.imageLayers ?? [])]);
  for (const digest of blobs.digest) referred.add(digest);
  for (const { descriptors } of snapshot.caches) for (const { digest } of descriptors) referred.add(digest);
  const orphans = snapshot.blobs.filter(({ digest }) => !referred.has(digest));
  const young = orphans.filter(({ mtimeMs }) => mtimeMs > beforeMs);
  return {
    go: orphans
      .filter(({ mtimeMs }) => mtimeMs <= beforeMs)
      .sort((a, b) => a.mtimeMs - b.mtimeMs || (a.digest < b.digest ? -1 : 1)),
    stayBytes: young.reduce((sum, { size }) => sum + size, 0),
    stayBlobs: young.length,
  };
}

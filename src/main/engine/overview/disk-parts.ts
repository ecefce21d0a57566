import type { DiskParts } from '../../../shared/model/disk.ts';
import type { Totals } from '../../../shared/model/totals.ts';
import type { DiskSpace, FolderUse } from '../ports/disk-use.ts';

/**
 * What a folder's bytes on disk are: caches and images, orphans, trash, what was set aside, and the rest, which is the
 * index, notes and the folders themselves. They add up to `totalBytes`.
 * @param totals of the catalog: it says which blobs nothing refers to
 */
export function diskParts(
  use: FolderUse,
  { orphanBytes }: Pick<Totals, 'orphanBytes'>,
  space: DiskSpace | undefined,
): DiskParts {
  const { totalBytes, blobBytes, trashBytes, setAsideBytes } = use;
  // The folder may have changed since the catalog was made.
  const orphans = Math.min(orphanBytes, blobBytes);
  return {
    totalBytes,
    cacheBytes: blobBytes - orphans,
    orphanBytes: orphans,
    trashBytes,
    setAsideBytes,
    otherBytes: totalBytes - blobBytes - trashBytes - setAsideBytes,
    ...(space ? { freeBytes: space.freeBytes } : {}),
  };
}

import type { Digest } from '../../../shared/oci/digest.ts';
import type { BlobProgress } from '../ports/managed-store.ts';
import type { Batch, StoreFiles } from '../ports/store-files.ts';
import { setAside } from './set-aside.ts';

/**
 * Moves blobs of a batch back: all, or only these. Where one lies already, the bytes of the batch take its place only if
 * they have the digest; a folder or a link that stands there goes into quarantine. Can be repeated.
 */
export async function bringBack(
  files: StoreFiles,
  batch: Batch,
  only?: Pick<ReadonlySet<Digest>, 'has'>,
  onProgress?: BlobProgress,
): Promise<void> {
  const free: Digest[] = [];
  for (const digest of await files.list(batch)) {
    if (only && !only.has(digest)) continue;
    const there = await files.look('blobs', digest);
    if (there?.isFile && !(await files.isWhole(batch, digest))) {
      await files.delete(batch, [digest]);
      continue;
    }
    if (there && !there.isFile) await setAside(files, [{ digest, problem: 'It is no plain file.' }]);
    free.push(digest);
  }
  if (free.length > 0) await files.move(free, batch, 'blobs', onProgress);
}

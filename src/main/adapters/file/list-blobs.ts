import * as fs from 'node:fs/promises';
import { toCacheError } from '../../../shared/base/errors.ts';
import { DIGEST_ALGORITHMS, type Digest, type DigestAlgorithm, isDigest } from '../../../shared/oci/digest.ts';
import type { MoteUse } from '../../engine/ports/mote-cache.ts';
import { eachOf } from '../../engine/streams/each-of.ts';
import type { StoreLayout } from './layout.ts';
import { namesIn } from './layout-folder.ts';

/** Files asked about at once. */
const AT_ONCE = 64;

/** Every blob with its size and last access. Whatever is not named like a blob, or is no plain file, is passed over. */
export async function blobsInUse(layout: StoreLayout, signal?: AbortSignal): Promise<MoteUse[]> {
  const digests = await listBlobs(layout);
  const motes: MoteUse[] = [];
  await eachOf(digests, { atOnce: AT_ONCE, signal }, async (digest) => {
    const stat = await fs.lstat(layout.blob(digest)).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw toCacheError(error, digest);
    });
    if (stat?.isFile()) motes.push({ digest, size: stat.size, accessedAtMs: stat.atimeMs });
  });
  return motes;
}

/** Digests of everything that is named like a blob. */
export async function listBlobs(layout: StoreLayout): Promise<Digest[]> {
  const digests: Digest[] = [];
  for (const algorithm of Object.keys(DIGEST_ALGORITHMS) as DigestAlgorithm[]) {
    for (const name of (await namesIn(layout.blobFolder(algorithm))) ?? []) {
      const digest = `${algorithm}:${name}`;
      if (isDigest(digest)) digests.push(digest);
    }
  }
  return digests;
}

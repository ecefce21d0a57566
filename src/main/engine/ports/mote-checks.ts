import { CacheError } from '../../../shared/base/errors.ts';
import { type Digest, type DigestAlgorithm, parseDigest, splitDigest } from '../../../shared/oci/digest.ts';
import type { Mote, MotePruneOptions, MoteUse } from './mote-cache.ts';

/** @throws `INVALID_INPUT` for a digest that is none, or not of the algorithm a cache is keyed by */
export function checkMoteKey(digest: Digest, keyAlgorithm: DigestAlgorithm): Digest {
  const { algorithm } = splitDigest(parseDigest(digest));
  if (algorithm === keyAlgorithm) return digest;
  throw new CacheError('INVALID_INPUT', `This cache is keyed by ${keyAlgorithm}.`, { subject: digest });
}

/** The item that is declared. @throws `INVALID_INPUT` as `checkMoteKey`, and for a size that is no number of bytes */
export function declaredMote(digest: Digest, mediaType: string, size: number, keyAlgorithm: DigestAlgorithm): Mote {
  checkMoteKey(digest, keyAlgorithm);
  if (Number.isSafeInteger(size) && size >= 0) return { digest, mediaType, dataSize: size };
  throw new CacheError('INVALID_INPUT', 'The size of a blob is a whole number of bytes.', { subject: digest });
}

/**
 * Which items of a bare cache go so that at most `maxSize` bytes stay, in the order of leaving. Sorts `motes` in place.
 * @throws `INVALID_INPUT` for a negative size
 */
export function motesToGo(motes: MoteUse[], maxSize: number, policy: MotePruneOptions['policy']): MoteUse[] {
  if (!(maxSize >= 0)) {
    throw new CacheError('INVALID_INPUT', 'A cache cannot be pruned to less than nothing.', {
      subject: String(maxSize),
      hint: 'Give the number of bytes that may stay.',
    });
  }
  const order = policy ?? ((a, b) => a.accessedAtMs - b.accessedAtMs);
  motes.sort((a, b) => order(a, b) || (a.digest < b.digest ? -1 : 1));
  let left = motes.reduce((sum, mote) => sum + mote.size, 0);
  const stays = motes.findIndex((mote) => {
    if (left <= maxSize) return true;
    left -= mote.size;
    return false;
  });
  return stays < 0 ? motes : motes.slice(0, stays);
}

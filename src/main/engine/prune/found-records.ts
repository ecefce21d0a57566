import type { CacheConfig } from '../model/cache-config.ts';
import { type Reached, reachable } from './reachable.ts';

/**
 * Which records of a config are worth keeping when some lose their results, 1 each.
 *
 * A record without a result still serves to find the records that link to it, so it stays while one of those stays. One
 * that led only to records that are gone leads nowhere: BuildKit drops such a branch from its own key store when it
 * releases a result, and so does a prune. Records that led nowhere before were exported like that and are left alone.
 *
 * What stays is closed under inputs, so every link and every alternative of a record that stays is still there.
 *
 * @param led record → 1 where it led to a result before, see `ConfigBefore`
 * @param after record → whether it keeps one
 */
export function foundRecords(config: CacheConfig, led: Uint8Array, after: (record: number) => boolean): Uint8Array {
  return withInputs(config, (record) => after(record) || led[record] === 0);
}

/** These records and all that they link to, over any number of links: record → 1. */
export function withInputs(config: CacheConfig, isRoot: (record: number) => boolean): Uint8Array {
  const { inputOffset, alternativeOffset, alternativeLink } = config;
  const found = new Uint8Array(config.recordDigest.length);
  const reached: Reached<number> = {
    has: (record) => found[record] === 1,
    add: (record) => {
      found[record] = 1;
    },
  };
  const roots: number[] = [];
  for (let record = 0; record < found.length; record += 1) if (isRoot(record)) roots.push(record);
  const inputs = (record: number): Uint32Array => {
    const from = alternativeOffset[inputOffset[record] as number] as number;
    const to = alternativeOffset[inputOffset[record + 1] as number] as number;
    return alternativeLink.subarray(from, to);
  };
  reachable(roots, inputs, reached);
  return found;
}

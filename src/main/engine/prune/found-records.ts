import type { CacheConfig } from '../model/cache-config.ts';
import { reachable } from './reachable.ts';

/**
 * Which records of a config are worth keeping when some lose their results, 1 each.
 *
 * A record without a result still serves to find the records that link to it, so it stays while one of those stays. One
 * that led only to records that are gone leads nowhere: BuildKit drops such a branch from its own key store when it
 * releases a result, and so does a prune. Records that led nowhere before were exported like that and are left alone.
 *
 * What stays is closed under inputs, so every link and every alternative of a record that stays is still there.
 *
 * @param before record → whether it has a result now
 * @param after record → whether it keeps one
 */
export function foundRecords(
  config: CacheConfig,
  before: (record: number) => boolean,
  after: (record: number) => boolean,
): Uint8Array {
  const records = config.recordDigest.length;
  const inputs = (record: number): Uint32Array => {
    const from = config.alternativeOffset[config.inputOffset[record] as number] as number;
    const to = config.alternativeOffset[config.inputOffset[record + 1] as number] as number;
    return config.alternativeLink.subarray(from, to);
  };
  const all = Array.from({ length: records }, (_, record) => record);
  const led = reachable(all.filter(before), inputs);
  const found = reachable(
    all.filter((record) => after(record) || !led.has(record)),
    inputs,
  );
  const stays = new Uint8Array(records);
  for (const record of found) stays[record] = 1;
  return stays;
}

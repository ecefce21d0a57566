import type { CacheKeyStorage } from '../ports/cache-key-storage.ts';
import type { CacheResultStorage } from '../ports/cache-result-storage.ts';
import type { RecordStream } from './cache-service.ts';

/** How much was reported. */
export interface Reported {
  keys: number;
  links: number;
  results: number;
}

/**
 * Goes through a cache as it is reported: every key with its results, then every link, in batches, so that memory stays
 * flat. A result that is gone is left out without a word.
 * @param counts grows as it goes
 */
export function gatherRecords(keyStore: CacheKeyStorage, results: CacheResultStorage, counts: Reported): RecordStream {
  return {
    async *keys() {
      for await (const batch of keyStore.walk()) {
        const found = await keyStore.walkResults(batch);
        for (const [at, id] of batch.entries()) {
          const there = [];
          for (const result of found[at] ?? []) {
            if (await results.exists(result.id)) there.push({ ...result, description: '' });
          }
          counts.keys += 1;
          counts.results += there.length;
          yield { id, results: there };
        }
      }
    },
    async *links() {
      for await (const batch of keyStore.walk()) {
        const found = await keyStore.walkBacklinks(batch);
        for (const [at, id] of batch.entries()) {
          for (const { source: linkedID, input, base: digest, selector } of found[at] ?? []) {
            counts.links += 1;
            yield { id, linkedID, input, digest, selector };
          }
        }
      }
    },
  };
}

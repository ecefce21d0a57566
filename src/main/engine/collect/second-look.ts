import type { CollectedBucket } from '../ports/collected-bucket.ts';
import { DigestTable } from './digest-table.ts';
import { needsOf } from './mark.ts';

/** What manifests need that came or changed since a plan was made. */
export interface SecondLook {
  /**
   * Lists the manifests, and reads those that are not as they were.
   * @throws as the bucket, and why one cannot be read
   */
  readManifests(signal?: AbortSignal): Promise<void>;
  needs(digest: string): boolean;
  /** Names of the manifests that were read. */
  changed(): readonly string[];
  /** What such manifests need of these blobs, by name; those that need none of them are left out. */
  needers(digests: DigestTable): ReadonlyMap<string, ReadonlySet<number>>;
}

/** A look from the state of a plan on. @param looks the manifests of the plan, by name */
export function createSecondLook(bucket: CollectedBucket, looks: ReadonlyMap<string, string>): SecondLook {
  const seen = new Map(looks);
  const needed = new DigestTable();
  const read = new Map<string, Uint32Array>();
  return {
    async readManifests(signal) {
      for (const { name, look } of (await bucket.manifests(signal)).manifests) {
        if (seen.get(name) === look) continue;
        const digests = await needsOf(bucket, name, signal);
        // What an earlier state of it needed is not taken back: another reader may have that in hand.
        const numbers = new Set(read.get(name));
        for (const digest of digests ?? []) numbers.add(needed.add(digest));
        read.set(name, Uint32Array.from(numbers));
        seen.set(name, look);
      }
    },
    needs: (digest) => needed.has(digest),
    changed: () => [...read.keys()].sort(),
    needers(digests) {
      const found = new Map<string, ReadonlySet<number>>();
      for (const [name, numbers] of read) {
        const mine = new Set<number>();
        for (const number of numbers) {
          const place = digests.find(needed.at(number));
          if (place >= 0) mine.add(place);
        }
        if (mine.size > 0) found.set(name, mine);
      }
      return found;
    },
  };
}

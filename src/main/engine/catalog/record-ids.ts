import type { SourceCache } from '../ports/cache-source.ts';
import { eachRow, type Steps } from '../streams/steps.ts';

/** What tells the records of a source apart. */
export interface RecordIds {
  readonly digest: readonly string[];
  /** 0 where the digest is unique in the source, else 1, 2, … in record order. */
  readonly ordinal: Uint32Array;
  /** BuildKit's own ids, where the source has them: they come before the others. */
  readonly ownId: readonly (string | undefined)[] | undefined;
}

const PHASE = 'Numbering records';

/**
 * Numbers records that share a digest, over all caches of the source: records run through the caches in the order of
 * `index.json`, so the same bytes always give the same ids.
 * @param cacheStart cache → its first record, and the end
 */
export function* numberRecords(caches: readonly SourceCache[], cacheStart: Uint32Array): Steps<RecordIds> {
  const count = cacheStart.at(-1) as number;
  const digest = new Array<string>(count);
  const group = new Uint32Array(count);
  // Texts of one cache are distinct, so a single cache needs no map.
  const numbers = caches.length > 1 ? new Map<string, number>() : undefined;
  let groups = caches.length > 1 ? 0 : (caches[0]?.parsed.texts.length ?? 0);
  for (const [cache, { parsed }] of caches.entries()) {
    const first = cacheStart[cache] as number;
    yield* eachRow(PHASE, parsed.recordDigest.length, (index) => {
      const text = parsed.recordDigest[index] as number;
      const name = parsed.texts[text] as string;
      digest[first + index] = name;
      let number: number | undefined = text;
      if (numbers) {
        number = numbers.get(name);
        if (number === undefined) {
          number = groups;
          numbers.set(name, number);
          groups += 1;
        }
      }
      group[first + index] = number;
    });
  }
  const members = new Uint32Array(groups);
  yield* eachRow(PHASE, count, (record) => {
    const number = group[record] as number;
    members[number] = (members[number] as number) + 1;
  });
  const next = new Uint32Array(groups);
  const ordinal = new Uint32Array(count);
  yield* eachRow(PHASE, count, (record) => {
    const number = group[record] as number;
    if (members[number] === 1) return;
    next[number] = (next[number] as number) + 1;
    ordinal[record] = next[number] as number;
  });
  return { digest, ordinal, ownId: ownIds(caches) };
}

function ownIds(caches: readonly SourceCache[]): readonly (string | undefined)[] | undefined {
  if (!caches.some((cache) => cache.ids)) return undefined;
  return caches.flatMap(({ ids, parsed }): readonly (string | undefined)[] => {
    return ids ?? new Array<undefined>(parsed.recordDigest.length).fill(undefined);
  });
}

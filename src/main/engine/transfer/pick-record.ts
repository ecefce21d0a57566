import { recordId } from '../../../shared/model/record-id.ts';
import { findKey, type Lookup } from '../catalog/find-record.ts';
import type { SourceCache } from '../ports/cache-source.ts';

/** A record of a cache, by its number there. */
export interface RecordPlace {
  readonly cache: SourceCache;
  readonly record: number;
  readonly id: string;
}

/**
 * Finds a record and the cache that has it.
 * @param caches all of the source, in its order: what `~n` of an id counts
 * @param among those that are asked for; a digest that only one of them has is clear enough
 * @param key an id (`digest~n`, or BuildKit's own), a digest, or the first digits of one
 * @throws `NOT_FOUND`, `CONFLICT` listing the ids where several records are meant
 */
export function pickRecord(
  caches: readonly SourceCache[],
  among: readonly SourceCache[],
  key: string,
): Promise<RecordPlace> {
  return findKey(key, async (lookup, limit) => {
    const found = placesOf(caches, lookup).filter(({ cache }) => among.includes(cache));
    return { keys: found.slice(0, limit), total: found.length };
  });
}

function placesOf(caches: readonly SourceCache[], lookup: Lookup): RecordPlace[] {
  const { digests, ordinal, ownId, isWhole } = lookup;
  const matches = (text: string, wanted: string) => (isWhole ? text === wanted : text.startsWith(wanted));
  const own: RecordPlace[] = [];
  const byDigest = new Map<string, Omit<RecordPlace, 'id'>[]>();
  for (const cache of caches) {
    const { texts, recordDigest } = cache.parsed;
    const meant = new Set(texts.flatMap((text, n) => (digests.some((digest) => matches(text, digest)) ? [n] : [])));
    recordDigest.forEach((text, record) => {
      const id = cache.ids?.[record];
      if (ownId !== undefined && id !== undefined && matches(id, ownId)) own.push({ cache, record, id });
      else if (meant.has(text)) {
        const digest = texts[text] as string;
        byDigest.set(digest, [...(byDigest.get(digest) ?? []), { cache, record }]);
      }
    });
  }
  const numbered = [...byDigest].flatMap(([digest, places]) =>
    places.flatMap((place, at): RecordPlace[] => {
      const number = places.length === 1 ? 0 : at + 1;
      const id = place.cache.ids?.[place.record] ?? recordId(digest, number);
      return ordinal === undefined || ordinal === number ? [{ ...place, id }] : [];
    }),
  );
  return [...own, ...numbered];
}

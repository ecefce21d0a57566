import { CacheError } from '../../../shared/base/errors.ts';
import { recordId, splitRecordId } from '../catalog/record-ids.ts';
import type { SourceCache } from '../ports/cache-source.ts';

/** Ids that an error lists. */
const LISTED_IDS = 10;

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
 * @param key an id (`digest~n`, or BuildKit's own) or a digest
 * @throws `NOT_FOUND`, `CONFLICT` listing the ids where several records have the digest
 */
export function pickRecord(caches: readonly SourceCache[], among: readonly SourceCache[], key: string): RecordPlace {
  const found = recordsOf(caches, key).filter(({ cache }) => among.includes(cache));
  const [only] = found;
  if (!only) {
    throw new CacheError('NOT_FOUND', 'The source has no such record.', {
      subject: key,
      hint: 'Give a whole id or digest, as the table of keys shows it.',
    });
  }
  if (found.length > 1) {
    const more = found.length > LISTED_IDS ? ` and ${found.length - LISTED_IDS} more` : '';
    const ids = found.slice(0, LISTED_IDS).map(({ id }) => id);
    throw new CacheError('CONFLICT', `${found.length} records have this digest.`, {
      subject: key,
      hint: `Give one of the ids: ${ids.join(', ')}${more}.`,
    });
  }
  return only;
}

function recordsOf(caches: readonly SourceCache[], key: string): RecordPlace[] {
  for (const cache of caches) {
    const record = cache.ids?.indexOf(key) ?? -1;
    if (record >= 0) return [{ cache, record, id: key }];
  }
  const { digest, ordinal } = splitRecordId(key);
  const all: Omit<RecordPlace, 'id'>[] = [];
  for (const cache of caches) {
    const text = cache.parsed.texts.indexOf(digest);
    if (text < 0) continue;
    cache.parsed.recordDigest.forEach((each, record) => {
      if (each === text) all.push({ cache, record });
    });
  }
  const named = all.map(({ cache, record }, at) => ({
    cache,
    record,
    id: cache.ids?.[record] ?? recordId(digest, all.length === 1 ? 0 : at + 1),
  }));
  return ordinal === undefined ? named : named.slice(ordinal - 1, ordinal).filter(() => all.length > 1);
}

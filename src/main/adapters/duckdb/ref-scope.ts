import { CacheError } from '../../../shared/base/errors.ts';
import type { Condition } from './filter-sql.ts';

/** References listed in an error at most. */
const LISTED_REFS = 20;

/** Numbers of the caches under a reference. @throws `NOT_FOUND` with those there are in the hint */
export function cachesOf(refs: readonly string[], ref: string): number[] {
  const caches = refs.flatMap((own, cache) => (own === ref ? [cache] : []));
  if (caches.length > 0) return caches;
  throw new CacheError('NOT_FOUND', `The source has no cache “${ref}”.`, {
    subject: ref,
    hint: refs.length === 0 ? 'It holds no cache at all.' : `It has ${refs.slice(0, LISTED_REFS).join(', ')}.`,
  });
}

/**
 * What a size by step, kind or age is made of: layer blobs, or, where the source has BuildKit's own figures, its records by
 * themselves, in the same columns.
 */
export function weighedOf({ refs, hasUsage }: Scope, ref: string | undefined): Condition {
  if (!hasUsage) return blobsOf(refs, ref);
  const chosen = ref === undefined ? '' : ` AND cache IN (${cachesOf(refs, ref).join(', ')})`;
  return {
    sql: `(SELECT n AS b, own_id AS digest, usage_size AS size, 1 AS records, n AS owner, 0 AS below, NULL::INTEGER AS bottom
      FROM records WHERE usage_size IS NOT NULL${chosen})`,
    values: [],
  };
}

interface Scope {
  /** Cache → its reference. */
  readonly refs: readonly string[];
  readonly hasUsage: boolean;
}

/** Rows of table `blobs`: all, or those of a reference with what is true of it alone. */
export function blobsOf(refs: readonly string[], ref: string | undefined): Condition {
  if (ref === undefined) return { sql: 'blobs', values: [] };
  const caches = cachesOf(refs, ref);
  if (caches.length === refs.length) return { sql: 'blobs', values: [] };
  const columns = 'own.records AS records, own.owner AS owner, own.below AS below, own.bottom AS bottom';
  const own =
    caches.length === 1
      ? `(SELECT * FROM cache_blobs WHERE cache = ${caches[0]})`
      : `(SELECT b, sum(records)::INTEGER AS records, max(owner) AS owner,
          arg_max(below, owner) AS below, arg_max(bottom, owner) AS bottom
          FROM cache_blobs WHERE cache IN (${caches.join(', ')}) GROUP BY b)`;
  return { sql: `(SELECT blobs.* REPLACE (${columns}) FROM blobs JOIN ${own} AS own ON own.b = blobs.b)`, values: [] };
}

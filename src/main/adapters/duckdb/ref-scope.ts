import type { Condition } from './filter-sql.ts';

/**
 * What a size by step, kind or age is made of: layer blobs, or, where the source has BuildKit's own figures, its records by
 * themselves, in the same columns.
 */
export function weighedOf({ refs, hasUsage }: Scope, caches: readonly number[] | undefined): Condition {
  if (!hasUsage) return blobsOf(caches, refs.length);
  const chosen = caches ? ` AND cache IN (${caches.join(', ')})` : '';
  return {
    sql: `(SELECT n AS b, own_id AS digest, usage_size AS size, 1 AS records, n AS owner, NULL::INTEGER AS bottom, 0 AS inherited
      FROM records WHERE usage_size IS NOT NULL${chosen})`,
    values: [],
  };
}

interface Scope {
  /** Cache → its reference. */
  readonly refs: readonly string[];
  readonly hasUsage: boolean;
}

/**
 * Rows of table `blobs`: all, or those of some caches with what is true of these alone.
 * @param count of all caches
 */
export function blobsOf(caches: readonly number[] | undefined, count: number): Condition {
  if (caches === undefined || caches.length === count) return { sql: 'blobs', values: [] };
  const columns = 'own.records AS records, own.owner AS owner, own.bottom AS bottom, own.inherited AS inherited';
  const own =
    caches.length === 1
      ? `(SELECT * FROM cache_blobs WHERE cache = ${caches[0]})`
      : `(SELECT b, sum(records)::INTEGER AS records, max(owner) AS owner,
          arg_max(bottom, owner) AS bottom, arg_max(inherited, owner) AS inherited
          FROM cache_blobs WHERE cache IN (${caches.join(', ')}) GROUP BY b)`;
  return { sql: `(SELECT blobs.* REPLACE (${columns}) FROM blobs JOIN ${own} AS own ON own.b = blobs.b)`, values: [] };
}

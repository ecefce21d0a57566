import { type FilterTest, parseFilter } from '../../../shared/base/filter/index.ts';
import { LAYER_FIELDS, type LayerColumn, RECORD_FIELDS, type RecordColumn } from '../../../shared/fields/index.ts';
import { findCaches } from '../../../shared/model/find-caches.ts';
import type { LayerQuery, RecordQuery } from '../ports/catalog.ts';
import type { RowFilter } from '../ports/row-query.ts';
import { filterRows } from './filter-rows.ts';
import { orderRows, type WrittenSort } from './order-rows.ts';

/** Which rows, as people and links write it. */
export interface WrittenQuery {
  /** Reference of the cache that rows are of; absent: of all. */
  readonly ref?: string | undefined;
  /** In the filter language; "" matches all. */
  readonly filter?: string | undefined;
  readonly sort?: WrittenSort | undefined;
}

/** What a query must know of the source that it is asked of. */
export interface Queried {
  readonly caches: readonly { readonly ref: string }[];
  /** Set where the source has BuildKit's own ids and figures. */
  readonly du?: unknown;
}

/**
 * Returns the query of records that is written so.
 * @param nowMs epoch milliseconds that ages count from
 * @throws `INVALID_INPUT` with subject `filter:<offset>` or `sort:<field>`; `NOT_FOUND` for a reference that is not there
 */
export function recordQuery({ caches, du }: Queried, written: WrittenQuery, nowMs: number): RecordQuery {
  const hasUsage = du !== undefined;
  const where = filterRows<RecordColumn>(parseFilter(written.filter ?? '', 'keys'), {
    fields: RECORD_FIELDS,
    nowMs,
    hasUsage,
    special: { ref: (test) => inCaches(caches, test) },
    // An id is its digest but for what follows the tilde, where it is not BuildKit's.
    isRedundant: (column, text) => column === 'id' && !hasUsage && !text.includes('~'),
  });
  return {
    caches: findCaches(caches, written.ref),
    where,
    order: orderRows<RecordColumn>(written.sort, RECORD_FIELDS),
  };
}

/**
 * Returns the query of layer blobs that is written so.
 * @param nowMs epoch milliseconds that ages count from
 * @throws as `recordQuery`
 */
export function layerQuery({ caches }: Queried, written: WrittenQuery, nowMs: number): LayerQuery {
  const filter = parseFilter(written.filter ?? '', 'layers');
  return {
    caches: findCaches(caches, written.ref),
    where: filterRows<LayerColumn>(filter, { fields: LAYER_FIELDS, nowMs, hasUsage: false }),
    order: orderRows<LayerColumn>(written.sort, LAYER_FIELDS),
  };
}

/** Returns the same rows with those of a group together, the groups in the order in which they are listed. */
export function groupedQuery(query: RecordQuery): RecordQuery {
  return { ...query, order: ['group', ...query.order] };
}

function inCaches(caches: Queried['caches'], test: FilterTest): RowFilter<RecordColumn> {
  const matches = (ref: string) =>
    (test.type === 'contains' && ref.includes(test.text.toLowerCase())) ||
    (test.type === 'equals' && ref === test.text.toLowerCase());
  const values = caches.flatMap(({ ref }, cache) => (matches(ref.toLowerCase()) ? [cache] : []));
  return { type: 'in', column: 'cache', values };
}

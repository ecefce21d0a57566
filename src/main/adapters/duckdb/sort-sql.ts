import { CacheError } from '../../../shared/base/errors.ts';
import type { CatalogQuery } from '../../engine/ports/catalog.ts';

/** Sort field → the columns it sorts by, the most significant first. A minus sign turns a column round. */
export type SortFields = Readonly<Record<string, readonly string[]>>;

/**
 * `ORDER BY` terms of a sort. What has no value comes last either way, and equal rows keep the order of their ids.
 * @param tie a unique column
 * @param unsorted order without a sort
 * @throws `INVALID_INPUT` with subject `sort:<field>` for a field that is not declared
 */
export function orderSql(sort: CatalogQuery['sort'], fields: SortFields, tie: string, unsorted: string): string {
  if (sort === undefined) return unsorted;
  const columns = Object.hasOwn(fields, sort.field) ? fields[sort.field] : undefined;
  if (columns === undefined) {
    throw new CacheError('INVALID_INPUT', `Rows cannot be sorted by “${sort.field}”.`, {
      subject: `sort:${sort.field}`,
      hint: `Fields are ${Object.keys(fields).join(', ')}.`,
    });
  }
  const terms = columns.map((column) => {
    const turned = column.startsWith('-');
    return `${turned ? column.slice(1) : column} ${sort.descending !== turned ? 'DESC' : 'ASC'} NULLS LAST`;
  });
  return [...terms, tie].join(', ');
}

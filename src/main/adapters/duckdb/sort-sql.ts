import type { SortColumn } from '../../../shared/fields/index.ts';
import type { ColumnSql } from './filter-sql.ts';

/**
 * Returns `ORDER BY` terms. What has no value comes last either way.
 * @param key column of consecutive numbers, in whose order rows lie: rows of equal order keep it
 */
export function orderSql<Column extends string>(
  order: readonly SortColumn<Column>[],
  columns: ColumnSql<Column>,
  key: string,
): string {
  const terms = order.map((term) => {
    const isTurned = term.startsWith('-');
    const column = (isTurned ? term.slice(1) : term) as Column;
    return `${columns[column]} ${isTurned ? 'DESC' : 'ASC'} NULLS LAST`;
  });
  const last = order.at(-1);
  // No two rows have the same place.
  return last === 'place' || last === '-place' ? terms.join(', ') : [...terms, key].join(', ');
}

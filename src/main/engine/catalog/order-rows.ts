import { CacheError } from '../../../shared/base/errors.ts';
import { type Field, findField, type SortColumn } from '../../../shared/fields/index.ts';

/** A sort as people and links write it. */
export interface WrittenSort {
  /** A field by its name, an alias, or its name in the JSON of a row. */
  readonly field: string;
  readonly descending: boolean;
}

/**
 * Returns the columns that rows are sorted by, `place` the last: rows of equal order keep that of their ids. Without a sort
 * there are none, and rows come as the source has them.
 * @throws `INVALID_INPUT` with subject `sort:<field>` for a field that rows are not sorted by, with those they are in the hint
 */
export function orderRows<Column extends string>(
  sort: WrittenSort | undefined,
  fields: readonly Field<Column | 'place'>[],
): readonly SortColumn<Column | 'place'>[] {
  if (sort === undefined) return [];
  const field = findField(fields, sort.field) ?? fields.find(({ json }) => json === sort.field);
  if (!field?.sort) {
    throw new CacheError('INVALID_INPUT', `Rows cannot be sorted by “${sort.field}”.`, {
      subject: `sort:${sort.field}`,
      hint: `Fields are ${fields.flatMap(({ name, sort: by }) => (by ? [name] : [])).join(', ')}.`,
    });
  }
  const columns = sort.descending ? field.sort.map(turned) : field.sort;
  return columns.some((column) => column === 'place' || column === '-place') ? columns : [...columns, 'place'];
}

function turned<Column extends string>(column: SortColumn<Column>): SortColumn<Column> {
  return (column.startsWith('-') ? column.slice(1) : `-${column}`) as SortColumn<Column>;
}

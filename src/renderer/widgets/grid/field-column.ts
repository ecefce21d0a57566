import { type Field, findField } from '../../../shared/fields/index.ts';
import type { GridColumn } from './grid-column.ts';

/**
 * Returns what the column of a field says and sorts by. Numbers and times stand at the end, and the first sort by them goes
 * from large to small.
 * @param name of the field, or an alias: it is the id of the column too
 */
export function fieldColumn(
  fields: readonly Field[],
  name: string,
): Pick<GridColumn<never>, 'id' | 'title' | 'header' | 'align' | 'sortField' | 'largestFirst'> {
  const field = findField(fields, name);
  if (field?.title === undefined) throw new RangeError(`no column for the field ${name}`);
  const { title, header, kind, sort } = field;
  const isText = kind === 'text' || kind === 'choice';
  return {
    id: name,
    title,
    ...(header === undefined ? {} : { header }),
    ...(sort ? { sortField: name } : {}),
    ...(isText ? {} : { align: 'end', largestFirst: true }),
  };
}

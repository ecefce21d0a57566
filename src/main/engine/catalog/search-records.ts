import type { RecordColumn } from '../../../shared/fields/index.ts';
import type { RecordRow } from '../../../shared/model/record.ts';
import { splitRecordId } from '../../../shared/model/record-id.ts';
import type { Catalog } from '../ports/catalog.ts';
import type { RowFilter } from '../ports/row-query.ts';
import { digestsFrom } from './find-record.ts';

/** Returns the first records whose digest or id begins with a text, then those with it in their name or stage. */
export async function searchRecords(catalog: Catalog, text: string, limit: number): Promise<RecordRow[]> {
  const words = text.trim().toLowerCase();
  const { digest, ordinal } = splitRecordId(words.replace(/~$/, ''));
  const digests = digestsFrom(digest) ?? [];
  const ids: RowFilter<RecordColumn>[] = digests.map((start) => ({ type: 'begins', column: 'digest', text: start }));
  if (catalog.du !== undefined) ids.push({ type: 'begins', column: 'ownId', text: words });
  const byId: RowFilter<RecordColumn> = { type: 'any', of: ids };
  const named: RowFilter<RecordColumn> = {
    type: 'all',
    of: [
      { type: 'not', of: byId },
      {
        type: 'any',
        of: [
          { type: 'contains', column: 'name', text: words },
          { type: 'contains', column: 'stage', text: words },
        ],
      },
    ],
  };
  const first = (where: RowFilter<RecordColumn>) => catalog.keysPage({ where, order: [], offset: 0, limit });
  if (ordinal !== undefined && digests.length > 0) {
    const numbered: RowFilter<RecordColumn> = { type: 'compare', column: 'ordinal', operator: '=', value: ordinal };
    return (await first({ type: 'all', of: [byId, numbered] })).rows;
  }
  const found = await Promise.all(ids.length === 0 ? [first(named)] : [first(byId), first(named)]);
  return found.flatMap(({ rows }) => rows).slice(0, limit);
}

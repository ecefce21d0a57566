import { recordUsageSchema } from '../../../shared/model/usage.ts';
import type { UsageRow } from '../../engine/catalog/usage-sets.ts';
import { type Database, number, text } from './database.ts';
import { createRecent } from './recent.ts';

/** BuildKit's own figures of all records that have them, read when first asked for. */
export function createUsageRows(database: Database): () => Promise<readonly UsageRow[]> {
  const kept = createRecent<readonly UsageRow[]>(1);
  return () =>
    kept.get('all', async () => {
      const rows = await database.rows('SELECT n, own_id, usage FROM records WHERE usage IS NOT NULL');
      return rows.map((row) => ({
        record: number(row, 'n'),
        id: text(row, 'own_id'),
        usage: recordUsageSchema.parse(JSON.parse(text(row, 'usage'))),
      }));
    });
}

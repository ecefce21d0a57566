import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { digestSchema } from '../../../shared/oci/digest.ts';
import type { DamageNotes } from '../../engine/ports/damage-notes.ts';

const notesSchema = z.array(
  z.object({
    digest: digestSchema,
    message: z.string(),
    file: z.object({ path: z.string(), inode: z.number(), size: z.number(), modifiedMs: z.number() }).optional(),
  }),
);

/**
 * Notes of damage in a SQLite database, a row for each source with damage. A row that cannot be read is none: it saves a
 * check, and another check writes it anew.
 */
export function createSqliteDamageNotes(db: DatabaseSync): DamageNotes {
  db.exec('CREATE TABLE IF NOT EXISTS damage_note (source_id TEXT PRIMARY KEY, notes TEXT NOT NULL) WITHOUT ROWID;');
  const get = db.prepare('SELECT notes FROM damage_note WHERE source_id = ?');
  const put = db.prepare('INSERT OR REPLACE INTO damage_note VALUES (?, ?)');
  const remove = db.prepare('DELETE FROM damage_note WHERE source_id = ?');
  return {
    list(sourceId) {
      try {
        return notesSchema.parse(JSON.parse(String(get.get(sourceId)?.notes ?? '[]')));
      } catch {
        return [];
      }
    },
    replace(sourceId, notes) {
      if (notes.length === 0) remove.run(sourceId);
      else put.run(sourceId, JSON.stringify(notes));
    },
  };
}

import type { DatabaseSync } from 'node:sqlite';

/** Runs a change whole or not at all. @throws what `change` throws, after everything is undone */
export function inTransaction<T>(db: DatabaseSync, change: () => T): T {
  db.exec('BEGIN IMMEDIATE');
  try {
    const answer = change();
    db.exec('COMMIT');
    return answer;
  } catch (error) {
    db.exec('ROLLBACK');
    throw error;
  }
}

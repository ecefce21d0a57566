import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appStateSuite } from '../../engine/ports/app-state.suite.ts';
import { createMemoryAudit } from '../../engine/testing/stand-ins.ts';
import { createMemoryRecents } from '../memory/recent-sources.ts';
import { createSqliteAudit, createSqliteRecents } from './app-state.ts';
import { openStateDatabase } from './state-database.ts';

appStateSuite('memory', () => ({ recents: createMemoryRecents(), audit: createMemoryAudit() }));
appStateSuite('SQLite', () => {
  const db = new DatabaseSync(':memory:');
  return { recents: createSqliteRecents(db), audit: createSqliteAudit(db) };
});

describe('state database', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'state-'));
  });
  afterAll(() => rm(folder, { recursive: true }));
  const recent = { id: 'a', kind: 'store', location: '/srv/a', openedAt: 1 } as const;

  it('keeps what it is given, for another process at the same time too', () => {
    const path = join(folder, 'new', 'state.sqlite');
    const one = openStateDatabase(path);
    const other = openStateDatabase(path);
    createSqliteRecents(one).put(recent);
    expect(createSqliteRecents(other).list()).toEqual([recent]);
    one.close();
    other.close();
    const again = openStateDatabase(path);
    expect(createSqliteRecents(again).list()).toEqual([recent]);
    again.close();
  });

  it('puts a damaged database aside and starts a new one', async () => {
    const path = join(folder, 'damaged.sqlite');
    const bytes = 'this was a database once, a long time ago'.repeat(100);
    await writeFile(path, bytes);
    const db = openStateDatabase(path);
    expect(createSqliteRecents(db).list()).toEqual([]);
    db.close();
    expect(await readFile(`${path}.damaged`, 'utf8')).toBe(bytes);
  });

  it('leaves the state of a newer version alone', () => {
    const path = join(folder, 'newer.sqlite');
    const newer = new DatabaseSync(path);
    newer.exec('PRAGMA user_version = 99');
    newer.close();
    expect(() => openStateDatabase(path)).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED_FORMAT', subject: path }),
    );
    expect(existsSync(`${path}.damaged`)).toBe(false);
  });

  it('says which folder it cannot use', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    expect(() => openStateDatabase(join(file, 'state.sqlite'))).toThrow(
      expect.objectContaining({ code: 'UNAVAILABLE', subject: join(file, 'state.sqlite') }),
    );
  });

  it('does not list a source of a kind that it does not know', () => {
    const db = new DatabaseSync(':memory:');
    const recents = createSqliteRecents(db);
    db.exec("INSERT INTO recent_source VALUES ('x', 'from-the-future', '/x', 1)");
    recents.put(recent);
    expect(recents.list()).toEqual([recent]);
  });
});

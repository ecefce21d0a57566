import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EVERY_ROW } from '../../engine/catalog/testing/asked.ts';
import { digestOf, type SmallSource, smallSource } from '../../engine/catalog/testing/small-source.ts';
import type { ReadProgress } from '../../engine/ports/cache-source.ts';
import { createDuckdbCatalogStore } from './index.ts';
import { catalogFile, metaFile, partFile, partOwner, sourceFolder } from './layout.ts';
import { NOW, openTestStore } from './testing/small-catalog.ts';

const source = (records: number): SmallSource => ({
  caches: [
    {
      config: {
        layers: [{ blob: 'a' }],
        records: Array.from({ length: records }, (_, n) => ({
          digest: `r${n}`,
          layers: [{ layer: 0, createdAt: '2026-01-01T00:00:00Z' }],
        })),
      },
    },
  ],
  sizes: { a: 10 },
});

async function files(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  return names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** All that is kept of one state of a source. */
const kept = (folder: string, sourceId: string, fingerprint: string): string[] => [
  catalogFile(folder, sourceId, fingerprint),
  metaFile(folder, sourceId, fingerprint),
];

describe('the catalog store', () => {
  test('keeps a catalog under its source and fingerprint, and nothing else', async () => {
    await using own = await openTestStore();
    const snapshot = await smallSource(source(3));
    expect(await own.store.open('s', snapshot.fingerprint)).toBeUndefined();
    const built = await own.build(snapshot, new Map(), 's');
    expect(new Set(await files(own.folder))).toEqual(new Set(kept(own.folder, 's', snapshot.fingerprint)));
    await using again = await own.store.open('s', snapshot.fingerprint);
    expect(again).toMatchObject({ fingerprint: snapshot.fingerprint, totals: built.totals, caches: built.caches });
    expect(await again?.keysPage({ ...EVERY_ROW, offset: 0, limit: 9 })).toEqual(
      await built.keysPage({ ...EVERY_ROW, offset: 0, limit: 9 }),
    );
    expect(await own.store.open('s', 'other')).toBeUndefined();
    expect(await own.store.open('t', snapshot.fingerprint)).toBeUndefined();
  });

  test('finds a catalog by the last look of its source, where that stands for whole blobs', async () => {
    await using own = await openTestStore();
    const whole = { ...(await smallSource(source(3))), wholeBytes: 10 };
    const { fingerprint } = whole;
    await using built = await own.store.build('s', whole, new Map(), { look: 'as it was' });
    expect(built.seen).toEqual({ look: 'as it was', wholeBytes: 10 });
    await using found = await own.store.openSeen('s', 'as it was');
    expect(found).toMatchObject({ fingerprint, seen: { look: 'as it was', wholeBytes: 10 } });
    expect((await found?.keysPage({ ...EVERY_ROW, offset: 0, limit: 9 }))?.total).toBe(3);
    expect(await own.store.openSeen('s', 'other')).toBeUndefined();
    expect(await own.store.openSeen('t', 'as it was')).toBeUndefined();

    await using listed = await own.store.open('s', fingerprint, 'as it is');
    expect(listed?.seen?.look).toBe('as it is');
    expect(await own.store.openSeen('s', 'as it was')).toBeUndefined();
    await using again = await own.store.openSeen('s', 'as it is');
    expect(again?.fingerprint).toBe(fingerprint);

    const flawed = await smallSource(source(4));
    await using other = await own.store.build('s', flawed, new Map(), { look: 'flawed' });
    await using reopened = await own.store.open('s', flawed.fingerprint, 'flawed');
    expect([other.seen, reopened?.seen, await own.store.openSeen('s', 'flawed')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('a newer state replaces the older ones of its source only', async () => {
    await using own = await openTestStore();
    const [first, second] = [await smallSource(source(3)), await smallSource(source(4))];
    const older = await own.build(first, new Map(), 's');
    await own.build(first, new Map(), 't');
    await own.build(second, new Map(), 's');
    expect(new Set(await files(own.folder))).toEqual(
      new Set([...kept(own.folder, 's', second.fingerprint), ...kept(own.folder, 't', first.fingerprint)]),
    );
    // What is open goes on answering, as its file is only let go of when it closes.
    expect(await older.keysPage({ ...EVERY_ROW, offset: 0, limit: 9 })).toMatchObject({ total: 3 });
    await own.store.drop('s');
    expect(new Set(await files(own.folder))).toEqual(new Set(kept(own.folder, 't', first.fingerprint)));
    await own.store.drop('never seen');
  });

  const damages: Record<string, (path: string) => Promise<void>> = {
    'cut to half': async (path) => {
      const file = await open(path, 'r+');
      await file.truncate(Math.floor((await file.stat()).size / 2));
      await file.close();
    },
    emptied: (path) => writeFile(path, ''),
    'some other file': (path) => writeFile(path, randomBytes(50_000)),
    'its head overwritten': async (path) => {
      const file = await open(path, 'r+');
      await file.write(Buffer.alloc(4096, 7), 0, 4096, 0);
      await file.close();
    },
  };
  for (const [damage, apply] of Object.entries(damages)) {
    test(`a file that was ${damage} is not used, and built again`, async () => {
      await using own = await openTestStore();
      const snapshot = await smallSource(source(500));
      const path = catalogFile(own.folder, 's', snapshot.fingerprint);
      await (await own.store.build('s', snapshot, new Map()))[Symbol.asyncDispose]();
      await apply(path);
      expect(await own.store.open('s', snapshot.fingerprint)).toBeUndefined();
      expect((await own.build(snapshot, new Map(), 's')).totals.records).toBe(500);
    });
  }

  test('damage that shows only in a query is told, and the file goes', async () => {
    await using own = await openTestStore();
    const snapshot = await smallSource(source(20_000));
    const path = catalogFile(own.folder, 's', snapshot.fingerprint);
    await (await own.store.build('s', snapshot, new Map()))[Symbol.asyncDispose]();
    // A block of records; the head and the catalog of tables stay whole.
    const at = (await readFile(path)).indexOf(digestOf('r10000'));
    expect(at).toBeGreaterThan(0);
    const file = await open(path, 'r+');
    await file.write(Buffer.alloc(16, 7), 0, 16, at);
    await file.close();
    await using again = await own.store.open('s', snapshot.fingerprint);
    const queries = [
      again?.keysPage({ ...EVERY_ROW, order: ['-createdMs', 'place'], offset: 0, limit: 9 }),
      again?.keysList({ ...EVERY_ROW, offset: 0, limit: 1000 }),
      again?.layersPage({ ...EVERY_ROW, offset: 0, limit: 9 }),
    ];
    const failures = (await Promise.allSettled(queries)).filter((result) => result.status === 'rejected');
    expect(failures.length).toBeGreaterThan(0);
    for (const failure of failures)
      expect(failure.reason).toMatchObject({ code: 'CORRUPT', hint: expect.stringContaining('Reload') });
    expect(await files(own.folder)).toEqual([]);
  });

  test('what is known of a catalog as a whole needs no database, and is not trusted when it was changed', async () => {
    await using own = await openTestStore();
    const snapshot = await smallSource(source(3));
    expect(await own.store.has('s')).toBe(false);
    const built = await own.build(snapshot, new Map(), 's');
    expect([await own.store.has('s'), await own.store.has('t')]).toEqual([true, false]);
    const path = catalogFile(own.folder, 's', snapshot.fingerprint);
    // Of the same size and with the same head, and yet no database.
    const bytes = await readFile(path);
    await writeFile(path, Buffer.concat([bytes.subarray(0, 12), Buffer.alloc(bytes.length - 12, 7)]));
    await using again = await own.store.open('s', snapshot.fingerprint);
    expect(again?.totals).toEqual(built.totals);
    expect(again?.isDamaged).toBe(false);
    await expect(again?.keysPage({ ...EVERY_ROW, offset: 0, limit: 9 })).rejects.toMatchObject({ code: 'CORRUPT' });
    expect([again?.isDamaged, await files(own.folder)]).toEqual([true, []]);

    await own.build(snapshot, new Map(), 's');
    const meta = metaFile(own.folder, 's', snapshot.fingerprint);
    await writeFile(meta, (await readFile(meta, 'utf8')).replace('"records":3', '"records":4'));
    expect(await own.store.open('s', snapshot.fingerprint)).toBeUndefined();
  });

  test('keeps what was used last, within a limit', async () => {
    await using own = await openTestStore({ maxBytes: 2 ** 40, maxSources: 2 });
    const snapshot = await smallSource(source(3));
    const past = new Date(NOW - 60_000);
    for (const id of ['a', 'b']) {
      await own.build(snapshot, new Map(), id);
      for (const path of kept(own.folder, id, snapshot.fingerprint)) await utimes(path, past, past);
    }
    // A use counts as much as a build.
    await (await own.store.open('a', snapshot.fingerprint))?.[Symbol.asyncDispose]();
    await own.build(snapshot, new Map(), 'c');
    expect(await Promise.all(['a', 'b', 'c'].map((id) => own.store.has(id)))).toEqual([true, false, true]);
  });

  test('uses the catalogs of another folder, and writes none there', async () => {
    await using window = await openTestStore();
    await using own = await openTestStore();
    const commands = createDuckdbCatalogStore({ folder: own.folder, alsoIn: window.folder });
    const [first, second] = [await smallSource(source(3)), await smallSource(source(4))];
    await window.build(first, new Map(), 's');
    const before = await files(window.folder);
    expect(await commands.has('s')).toBe(true);
    await using theirs = await commands.open('s', first.fingerprint);
    expect(await theirs?.keysPage({ ...EVERY_ROW, offset: 0, limit: 9 })).toMatchObject({ total: 3 });
    await using _built = await commands.build('s', second, new Map());
    expect(await files(window.folder)).toEqual(before);
    expect(await window.store.open('s', second.fingerprint)).toBeUndefined();
  });

  test('keeps the one used last even where it alone is over the limit', async () => {
    await using own = await openTestStore({ maxBytes: 1, maxSources: 9 });
    const snapshot = await smallSource(source(3));
    for (const id of ['a', 'b']) {
      await own.build(snapshot, new Map(), id);
      const past = new Date(NOW - 60_000);
      for (const path of kept(own.folder, id, snapshot.fingerprint)) await utimes(path, past, past);
    }
    await own.build(snapshot, new Map(), 'c');
    expect(await Promise.all(['a', 'b', 'c'].map((id) => own.store.has(id)))).toEqual([false, false, true]);
  });

  test('what a crashed process left is removed by the next build; what a living one writes stays', async () => {
    await using own = await openTestStore();
    const snapshot = await smallSource(source(1));
    await mkdir(sourceFolder(own.folder, 's'), { recursive: true });
    // No process has this number: it is beyond what any system gives.
    const dead = partFile(own.folder, 's', 'old', 2 ** 30, 'ab12');
    const alive = partFile(own.folder, 's', 'old', process.ppid, 'ab12');
    for (const path of [dead, `${dead}.wal`, alive]) await writeFile(path, 'unfinished');
    await own.build(snapshot, new Map(), 's');
    expect(new Set(await files(own.folder))).toEqual(new Set([alive, ...kept(own.folder, 's', snapshot.fingerprint)]));
  });

  test('an abort leaves nothing, whenever it comes', async () => {
    await using own = await openTestStore();
    const snapshot = await smallSource(source(60_000));
    let checks = 0;
    /** A signal that has fired when it is asked for the n-th time. */
    const firesAt = (n: number): AbortSignal => {
      checks = 0;
      return Object.defineProperty(new AbortController().signal, 'aborted', {
        get: () => {
          checks += 1;
          return checks >= n;
        },
      });
    };
    await (await own.store.build('s', snapshot, new Map(), { signal: firesAt(1e9) }))[Symbol.asyncDispose]();
    await own.store.drop('s');
    const last = checks;
    expect(last).toBeGreaterThan(50);
    for (const at of [1, 2, Math.floor(last / 4), Math.floor(last / 2), Math.floor(last * 0.8)]) {
      const failed = await own.store.build('s', snapshot, new Map(), { signal: firesAt(at) }).catch((e: unknown) => e);
      expect(failed, `at check ${at} of ${last}`).toMatchObject({ code: 'CANCELLED' });
      expect(await files(own.folder)).toEqual([]);
    }
  });

  test('progress names phases and counts up to their end', async () => {
    await using own = await openTestStore();
    const snapshot = await smallSource(source(60_000));
    const seen: ReadProgress[] = [];
    await own.store
      .build('s', snapshot, new Map(), { onProgress: (progress) => seen.push(progress) })
      .then((catalog) => catalog[Symbol.asyncDispose]());
    expect(seen.map((progress) => progress.phase)).toContain('Writing records');
    expect(seen.every(({ done, total }) => total !== undefined && done <= total)).toBe(true);
  });

  test('a folder that cannot be written is told by name', async () => {
    await using own = await openTestStore();
    const snapshot = await smallSource(source(1));
    await writeFile(sourceFolder(own.folder, 's'), 'a file stands in the way');
    const failed = await own.store.build('s', snapshot, new Map()).catch((e: unknown) => e);
    expect(failed).toMatchObject({ name: 'CacheError', subject: catalogFile(own.folder, 's', snapshot.fingerprint) });
    expect((await stat(sourceFolder(own.folder, 's'))).isFile()).toBe(true);
  });

  test('a closed catalog says so', async () => {
    await using own = await openTestStore();
    const catalog = await own.build(source(1));
    await catalog[Symbol.asyncDispose]();
    expect(await catalog.keysSums(EVERY_ROW).catch((e: unknown) => e)).toMatchObject({ code: 'UNAVAILABLE' });
    await catalog[Symbol.asyncDispose]();
  });

  test('names of unfinished files tell their process', () => {
    expect(partOwner(partFile('/x', 's', 'f', 77, 'abc').split('/').pop() ?? '')).toBe(77);
    expect(partOwner(catalogFile('/x', 's', 'f').split('/').pop() ?? '')).toBeUndefined();
  });
});

import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { digestOf, type SmallSource, smallSource } from '../../engine/catalog/testing/small-source.ts';
import type { ReadProgress } from '../../engine/ports/cache-source.ts';
import { catalogFile, partFile, partOwner, sourceFolder } from './layout.ts';
import { openTestStore } from './testing/small-catalog.ts';

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

describe('the catalog store', () => {
  test('keeps a catalog under its source and fingerprint, and nothing else', async () => {
    await using own = await openTestStore();
    const snapshot = await smallSource(source(3));
    expect(await own.store.open('s', snapshot.fingerprint)).toBeUndefined();
    const built = await own.build(snapshot, new Map(), 's');
    expect(await files(own.folder)).toEqual([catalogFile(own.folder, 's', snapshot.fingerprint)]);
    await using kept = await own.store.open('s', snapshot.fingerprint);
    expect(kept).toMatchObject({ fingerprint: snapshot.fingerprint, totals: built.totals, caches: built.caches });
    expect(await kept?.keysPage({ filter: '', offset: 0, limit: 9 })).toEqual(
      await built.keysPage({ filter: '', offset: 0, limit: 9 }),
    );
    expect(await own.store.open('s', 'other')).toBeUndefined();
    expect(await own.store.open('t', snapshot.fingerprint)).toBeUndefined();
  });

  test('a newer state replaces the older ones of its source only', async () => {
    await using own = await openTestStore();
    const [first, second] = [await smallSource(source(3)), await smallSource(source(4))];
    const older = await own.build(first, new Map(), 's');
    await own.build(first, new Map(), 't');
    await own.build(second, new Map(), 's');
    expect(new Set(await files(own.folder))).toEqual(
      new Set([catalogFile(own.folder, 's', second.fingerprint), catalogFile(own.folder, 't', first.fingerprint)]),
    );
    // What is open goes on answering, as its file is only let go of when it closes.
    expect(await older.keysPage({ filter: '', offset: 0, limit: 9 })).toMatchObject({ total: 3 });
    await own.store.drop('s');
    expect(await files(own.folder)).toEqual([catalogFile(own.folder, 't', first.fingerprint)]);
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
    test(`a file that was ${damage} is deleted and built again`, async () => {
      await using own = await openTestStore();
      const snapshot = await smallSource(source(500));
      const path = catalogFile(own.folder, 's', snapshot.fingerprint);
      await (await own.store.build('s', snapshot, new Map()))[Symbol.asyncDispose]();
      await apply(path);
      expect(await own.store.open('s', snapshot.fingerprint)).toBeUndefined();
      expect(await files(own.folder)).toEqual([]);
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
    await using kept = await own.store.open('s', snapshot.fingerprint);
    const queries = [
      kept?.keysPage({ filter: 'r', sort: { field: 'createdAt', descending: true }, offset: 0, limit: 9 }),
      kept?.keysList({ filter: '', offset: 0, limit: 1000 }),
      kept?.layersPage({ filter: '', offset: 0, limit: 9 }),
    ];
    const failures = (await Promise.allSettled(queries)).filter((result) => result.status === 'rejected');
    expect(failures.length).toBeGreaterThan(0);
    for (const failure of failures)
      expect(failure.reason).toMatchObject({ code: 'CORRUPT', hint: expect.stringContaining('Reload') });
    expect(await files(own.folder)).toEqual([]);
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
    expect(new Set(await files(own.folder))).toEqual(
      new Set([alive, catalogFile(own.folder, 's', snapshot.fingerprint)]),
    );
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
    expect(await catalog.keysSums({ filter: '' }).catch((e: unknown) => e)).toMatchObject({ code: 'UNAVAILABLE' });
    await catalog[Symbol.asyncDispose]();
  });

  test('names of unfinished files tell their process', () => {
    expect(partOwner(partFile('/x', 's', 'f', 77, 'abc').split('/').pop() ?? '')).toBe(77);
    expect(partOwner(catalogFile('/x', 's', 'f').split('/').pop() ?? '')).toBeUndefined();
  });
});

import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { describeMoteCache } from '../../engine/ports/mote-cache.suite.ts';
import { createHashPool } from '../workers/hash-pool.ts';
import { BottleFileCache, type BottleFileCacheOptions } from './bottle-file-cache.ts';

const place = (options: BottleFileCacheOptions) => async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mote-'));
  let refs = 0;
  return {
    open: async () => {
      const cache = new BottleFileCache(join(folder, 'cache'), options);
      await cache.initialize();
      return cache;
    },
    stage: async (bytes: Uint8Array) => {
      const ref = join(folder, `staged-${++refs}`);
      await writeFile(ref, bytes);
      return ref;
    },
    isStaged: (ref: string) =>
      stat(ref).then(
        () => true,
        () => false,
      ),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
};

describeMoteCache('file', place({}));
describeMoteCache('file, without a second name while reading', place({ linkOnRead: false }));

const hasher = createHashPool({ threads: 2 });
afterAll(() => hasher[Symbol.asyncDispose]());
describeMoteCache('file, with copies by the system', place({ hasher }));

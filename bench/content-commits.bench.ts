import { strictEqual } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as cacache from 'cacache';
import { BottleFileCache } from '../src/main/adapters/file/bottle-file-cache.ts';
import { createDisk } from '../src/main/adapters/file/disk.ts';
import { type Digest, parseDigest } from '../src/shared/oci/digest.ts';
import { runBench, sizeOf } from './harness.ts';

interface Prepared {
  readonly store: string;
  readonly peer: string;
}

interface Blob {
  readonly digest: Digest;
  readonly bytes: Buffer;
}

const COUNT = sizeOf(5_000, 50_000);
/** Commits asked for at once, as many as an import asks for; the next ones follow when all of them are done. */
const BATCH = 64;

const run = promisify(execFile);
const blobs: readonly Blob[] = Array.from({ length: COUNT }, (_, n) => {
  // From a half to four and a half kilobytes, as configs and small layers have.
  const bytes = Buffer.alloc(512 + ((n * 2654435761) % 4096), `${n} `);
  return { bytes, digest: parseDigest(`sha256:${createHash('sha256').update(bytes).digest('hex')}`) };
});

await commitsBench('content-commits', { sync: true });
await commitsBench('content-commits-unsynced', { sync: false });

/**
 * Each round has a folder of its own, and none is deleted before the end. cacache never asks for durability. Where it is measured durably, `sync -f` writes the file system through after each of
 * its batches: the same promise, and the cheapest way to it.
 */
function commitsBench(name: string, { sync }: { readonly sync: boolean }): Promise<void> {
  return runBench<Prepared, string, string>({
    name,
    what: `${COUNT.toLocaleString('en')} small commits in batches of ${BATCH}, ${sync ? 'each durable when it is done' : 'without fsync on either side'}`,
    goal: 3,
    rounds: 5,
    prepare: (folder) => ({ store: join(folder, 'store'), peer: join(folder, 'peer') }),
    ours: {
      name: 'cachewright commit',
      async run({ store }, round) {
        const folder = `${store}-${round}`;
        const cache = new BottleFileCache(folder, { disk: createDisk({ sync }) });
        await cache.initialize();
        await inBatches(async ({ digest, bytes }) => {
          await cache.createMote(digest, '', bytes.byteLength);
          const writer = await cache.moteWriter(digest);
          await writer.write(bytes);
          await writer.close();
        });
        return folder;
      },
    },
    peer: {
      name: sync ? 'cacache put, sync -f' : 'cacache put',
      async run({ peer }, round) {
        const folder = `${peer}-${round}`;
        await inBatches(
          async ({ digest, bytes }) => {
            await cacache.put(folder, digest, bytes, { algorithms: ['sha256'] });
          },
          async () => {
            if (sync) await run('sync', ['-f', folder]);
          },
        );
        return folder;
      },
    },
    async check(folder, peerFolder) {
      strictEqual(readdirSync(join(folder, 'blobs', 'sha256')).length, COUNT);
      strictEqual(Object.keys(await cacache.ls(peerFolder)).length, COUNT);
    },
  });
}

async function inBatches(commit: (blob: Blob) => Promise<void>, after?: () => Promise<void>): Promise<void> {
  for (let at = 0; at < COUNT; at += BATCH) {
    await Promise.all(blobs.slice(at, at + BATCH).map(commit));
    await after?.();
  }
}

import { strictEqual } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createStoreOpener } from '../src/main/adapters/file/store-opener.ts';
import type { Removed, SizedBlob } from '../src/main/engine/ports/managed-store.ts';
import { parseDigest } from '../src/shared/oci/digest.ts';
import { runBench, sizeOf } from './harness.ts';

interface Prepared {
  readonly stores: string;
  readonly peers: string;
}

const COUNT = sizeOf(20_000, 100_000);
const PLAN = 'p-bench';

const run = promisify(execFile);
const stores = createStoreOpener();
const blobs: readonly SizedBlob[] = Array.from({ length: COUNT }, (_, n) => {
  const bytes = content(n);
  const hex = createHash('sha256').update(bytes).digest('hex');
  return { digest: parseDigest(`sha256:${hex}`), size: bytes.byteLength };
});
const emptying: number[] = [];

await runBench<Prepared, Removed, string>({
  name: 'content-prune',
  what: `${COUNT.toLocaleString('en')} blobs to the trash of a store, durably, from where they can come back; the peer deletes them`,
  goal: 1 / 1.5,
  rounds: 3,
  async prepare(folder, rounds) {
    const prepared = { stores: join(folder, 'stores'), peers: join(folder, 'peers') };
    // All before the first deletion, after which the file system would create files slowly.
    for (let round = 0; round <= rounds; round += 1) {
      const { location } = await stores.createStore(join(prepared.stores, `${round}`));
      writeBlobs(join(location, 'blobs', 'sha256'));
      const peer = join(prepared.peers, `${round}`, 'blobs', 'sha256');
      mkdirSync(peer, { recursive: true });
      writeBlobs(peer);
    }
    await run('sync', ['-f', folder]);
    return prepared;
  },
  ours: {
    name: 'cachewright, to the trash',
    async run(prepared, round) {
      const store = await stores.openStore(join(prepared.stores, `${round}`));
      return store.exclusive((session) =>
        session.remove({
          plan: PLAN,
          at: Date.now(),
          records: 0,
          blobs,
          documents: [],
          written: [],
          write: async () => {},
        }),
      );
    },
    async cleanUp(prepared, _removed, round) {
      const store = await stores.openStore(join(prepared.stores, `${round}`));
      const start = performance.now();
      await store.exclusive((session) => session.emptyTrash());
      if (round > 0) emptying.push(performance.now() - start);
    },
  },
  peer: {
    name: 'find -delete',
    async run({ peers }, round) {
      const folder = join(peers, `${round}`);
      await run('find', [folder, '-type', 'f', '-delete']);
      return folder;
    },
  },
  check(removed, peer, prepared) {
    strictEqual(removed.blobs, COUNT);
    strictEqual(readdirSync(join(prepared.stores, '0', 'blobs', 'sha256')).length, 0);
    strictEqual(readdirSync(join(peer, 'blobs', 'sha256')).length, 0);
  },
  beside: () => ({ 'emptying the trash': emptying }),
});

function content(n: number): Buffer {
  return Buffer.alloc(64 + (n % 1024), `${n} `);
}

function writeBlobs(folder: string): void {
  for (const [n, { digest }] of blobs.entries())
    writeFileSync(join(folder, digest.slice('sha256:'.length)), content(n));
}

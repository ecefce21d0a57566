import { deepStrictEqual, strictEqual } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { shapeCache } from '../scripts/generate-cache-shape.ts';
import { writeShapedCache } from '../scripts/generate-cache-write.ts';
import { createStoreOpener } from '../src/main/adapters/file/store-opener.ts';
import { openSource } from '../src/main/adapters/oci-layout/index.ts';
import { createHashPool } from '../src/main/adapters/workers/hash-pool.ts';
import { verifyBlobs } from '../src/main/engine/verify/verify-blobs.ts';
import type { VerifyReport } from '../src/shared/model/job.ts';
import { runBench } from './harness.ts';

interface Prepared {
  readonly store: string;
  readonly files: readonly string[];
}

/** Layers as large caches have them: most bytes in some large ones, most files small. */
const LARGE = { count: 42, bytes: 24 * 1024 * 1024 };

/** Portions of 100 files, so that both processes have work to the end; each with a file for its answer, so that none are mixed. */
const HASH_ALL =
  'find . -type f -print0 | xargs -0 -P2 -n100 sh -c \'exec openssl dgst -sha256 -r "$@" > ../../sums/$$\' sh && cat ../../sums/*';

const run = promisify(execFile);
const hasher = createHashPool();

await runBench<Prepared, VerifyReport, readonly string[]>({
  name: 'content-verify',
  what: 'read and hash every blob of a store of 1 GiB, on as many cores, from the page cache',
  goal: 0.95,
  rounds: 15,
  async prepare(folder) {
    const store = await createStoreOpener().createStore(join(folder, 'store'));
    const shape = { records: 3_000, fanIn: 1.6, alternatives: 2, sharing: 0.5, results: 0.8, depth: 20, seed: 1 };
    await writeShapedCache(shapeCache(shape), { folder: store.location, ref: 'latest', blobs: 'real' });
    const blobs = join(store.location, 'blobs', 'sha256');
    for (let i = 0; i < LARGE.count; i += 1) {
      const bytes = randomBytes(LARGE.bytes);
      writeFileSync(join(blobs, createHash('sha256').update(bytes).digest('hex')), bytes);
    }
    return { store: store.location, files: readdirSync(blobs).map((name) => join(blobs, name)) };
  },
  ours: {
    name: 'cachewright verify',
    async run({ store }) {
      const source = await openSource(store);
      return verifyBlobs(source, { hasher, signal: new AbortController().signal, progress: () => undefined });
    },
  },
  peer: {
    name: 'xargs -P2 openssl dgst',
    setUp: ({ store }) => mkdirSync(join(store, 'sums')),
    async run({ store }) {
      const cwd = join(store, 'blobs', 'sha256');
      const { stdout } = await run('sh', ['-c', HASH_ALL], { cwd, maxBuffer: 2 ** 28 });
      return stdout.trim().split('\n');
    },
    cleanUp: ({ store }) => rmSync(join(store, 'sums'), { recursive: true }),
  },
  check(report, lines, { files }) {
    strictEqual(report.checked, files.length);
    strictEqual(report.ok, files.length);
    const hashes = lines.map((line) => line.slice(0, 64)).sort();
    deepStrictEqual(hashes, files.map((file) => basename(file)).sort());
  },
});
await hasher[Symbol.asyncDispose]();

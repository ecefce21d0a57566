import { deepStrictEqual, strictEqual } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { shapeCache } from '../scripts/generate-cache-shape.ts';
import { writeShapedCache } from '../scripts/generate-cache-write.ts';
import { createRepositoryOpener } from '../src/main/adapters/registry/open-repository.ts';
import { createS3Connectors } from '../src/main/adapters/s3/client.ts';
import { createHashPool } from '../src/main/adapters/workers/hash-pool.ts';
import { verifyBlobs } from '../src/main/engine/verify/verify-blobs.ts';
import { sourceAdapters } from '../src/main/hosts/source-adapters.ts';
import { createSourceOpener } from '../src/main/hosts/source-opener.ts';
import type { VerifyReport } from '../src/shared/model/job.ts';
import { runBench } from './harness.ts';

interface Prepared {
  readonly cache: string;
  readonly files: readonly string[];
}

/** Layers as large caches have them: most bytes in some large ones, most files small. */
const LARGE = { count: 42, bytes: 24 * 1024 * 1024 };

const run = promisify(execFile);
const adapters = sourceAdapters({
  registry: { repositories: createRepositoryOpener() },
  s3: createS3Connectors().connect,
});
const opener = createSourceOpener(adapters);
const hasher = createHashPool();

await runBench<Prepared, VerifyReport, readonly string[]>({
  name: 'verify',
  what: 'read and hash every blob of a cache of 1 GiB in large and small layers, from the page cache',
  goal: 1.8,
  rounds: 15,
  async prepare(folder) {
    const cache = join(folder, 'cache');
    const shape = { records: 3_000, fanIn: 1.6, alternatives: 2, sharing: 0.5, results: 0.8, depth: 20, seed: 1 };
    await writeShapedCache(shapeCache(shape), { folder: cache, ref: 'latest', blobs: 'real' });
    const blobs = join(cache, 'blobs', 'sha256');
    for (let i = 0; i < LARGE.count; i += 1) {
      const bytes = randomBytes(LARGE.bytes);
      writeFileSync(join(blobs, createHash('sha256').update(bytes).digest('hex')), bytes);
    }
    return { cache, files: readdirSync(blobs).map((name) => join(blobs, name)) };
  },
  ours: {
    name: 'cachewright verify',
    async run({ cache }) {
      const source = await opener.open(cache);
      return verifyBlobs(source, { hasher, signal: new AbortController().signal, progress: () => undefined });
    },
  },
  peer: {
    name: 'openssl dgst -sha256',
    async run({ files }) {
      const { stdout } = await run('openssl', ['dgst', '-sha256', ...files], { maxBuffer: 2 ** 28 });
      return stdout.trim().split('\n');
    },
  },
  check(report, lines, { files }) {
    strictEqual(report.checked, files.length);
    strictEqual(report.ok, files.length);
    const hashes = lines.map((line) => line.slice(line.lastIndexOf(' ') + 1)).sort();
    deepStrictEqual(hashes, files.map((file) => basename(file)).sort());
  },
});
await hasher[Symbol.asyncDispose]();

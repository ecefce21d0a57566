import { strictEqual } from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { shapeCache } from '../scripts/generate-cache-shape.ts';
import { writeShapedCache } from '../scripts/generate-cache-write.ts';
import { blobName } from '../src/main/adapters/oci-layout/layout.ts';
import { deriveCatalog } from '../src/main/engine/catalog/derive.ts';
import type { CacheConfig } from '../src/main/engine/model/cache-config.ts';
import { marshalCacheConfig } from '../src/main/engine/remotecache/marshal.ts';
import { parseCacheConfig } from '../src/main/engine/remotecache/parse.ts';
import { runSteps } from '../src/main/engine/streams/steps.ts';

import type { Descriptor } from '../src/shared/oci/descriptor.ts';
import { parseDigest } from '../src/shared/oci/digest.ts';
import { runBench } from './harness.ts';

interface Prepared {
  readonly configPath: string;
  readonly config: Descriptor;
}

const RECORDS = 1_000_000;
const CHUNK_BYTES = 1 << 20;
const SHAPE = { records: RECORDS, fanIn: 1.6, alternatives: 2, sharing: 0.5, results: 0.8, depth: 40, seed: 1 };

/** Kept while both contenders marshal it: made from the text once. */
let columns: CacheConfig | undefined;
let objects: unknown;
const parsing: number[] = [];

await runBench<Prepared, { records: number; links: number }, { records: number; links: number }>({
  name: 'remotecache-parse',
  what: 'a config of 1,000,000 records in memory: check, parse, and derive what a catalog keeps',
  goal: 1 / 3,
  rounds: 5,
  prepare,
  ours: {
    name: 'cachewright',
    async run(prepared) {
      const start = performance.now();
      const parsed = await parseCacheConfig(chunksOf(read(prepared)));
      parsing.push(performance.now() - start);
      const { config } = prepared;
      const cache = {
        ref: 'latest',
        form: 'image-manifest',
        manifest: config,
        config,
        parsed,
        descriptors: [],
      } as const;
      const snapshot = { fingerprint: '', caches: [cache], blobs: [], documents: [], problems: [] };
      const { totals } = runSteps(deriveCatalog(snapshot));
      return { records: totals.records, links: totals.links };
    },
  },
  peer: {
    name: 'JSON.parse',
    run(prepared) {
      const { records } = JSON.parse(read(prepared).toString('utf8')) as { records: { inputs?: unknown[][] }[] };
      const links = records.reduce(
        (sum, { inputs = [] }) => sum + inputs.reduce((own, list) => own + list.length, 0),
        0,
      );
      return { records: records.length, links };
    },
  },
  check: (ours, peer) => {
    strictEqual(ours.records, RECORDS);
    strictEqual(peer.records, RECORDS);
    strictEqual(ours.links, peer.links);
  },
  beside: () => ({ 'parse alone': parsing.slice(1) }),
});

await runBench<Prepared, string, string>({
  name: 'remotecache-marshal',
  what: 'a config of 1,000,000 records to the bytes BuildKit would write, and their digest',
  rounds: 5,
  prepare,
  ours: {
    name: 'cachewright',
    async setUp(prepared) {
      columns ??= await parseCacheConfig(chunksOf(read(prepared)));
    },
    run() {
      const sum = createHash('sha256');
      for (const piece of marshalCacheConfig(columns as CacheConfig)) sum.update(piece);
      return `sha256:${sum.digest('hex')}`;
    },
  },
  peer: {
    name: 'JSON.stringify',
    setUp(prepared) {
      objects ??= JSON.parse(read(prepared).toString('utf8'));
    },
    run: () => `sha256:${createHash('sha256').update(JSON.stringify(objects)).digest('hex')}`,
  },
  check: (ours, peer, { config }) => {
    strictEqual(ours, config.digest);
    strictEqual(peer, config.digest);
  },
});

async function prepare(folder: string): Promise<Prepared> {
  const cache = join(folder, 'cache');
  const manifest = await writeShapedCache(shapeCache(SHAPE), { folder: cache, ref: 'latest', blobs: 'none' });
  const text = readFileSync(join(cache, blobName(parseDigest(manifest.digest))), 'utf8');
  const { config } = JSON.parse(text) as { config: Descriptor };
  return { configPath: join(cache, blobName(parseDigest(config.digest))), config };
}

function read({ configPath }: Prepared): Buffer {
  return readFileSync(configPath);
}

function* chunksOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) yield bytes.subarray(at, at + CHUNK_BYTES);
}

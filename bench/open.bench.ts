import { strictEqual } from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { shapeCache } from '../scripts/generate-cache-shape.ts';
import { writeShapedCache } from '../scripts/generate-cache-write.ts';
import { createDuckdbCatalogStore } from '../src/main/adapters/duckdb/index.ts';
import { blobName } from '../src/main/adapters/oci-layout/layout.ts';
import { createRepositoryOpener } from '../src/main/adapters/registry/open-repository.ts';
import { createS3Connectors } from '../src/main/adapters/s3/client.ts';
import { EVERY_ROW } from '../src/main/engine/catalog/testing/asked.ts';
import type { Catalog } from '../src/main/engine/ports/catalog.ts';
import { loadCatalog } from '../src/main/engine/sources/load-catalog.ts';
import { sourceAdapters } from '../src/main/hosts/source-adapters.ts';
import { createSourceOpener } from '../src/main/hosts/source-opener.ts';
import { type Digest, parseDigest } from '../src/shared/oci/digest.ts';
import { runBench } from './harness.ts';

interface Prepared {
  readonly cache: string;
  readonly configPath: string;
  readonly catalogs: string;
}

interface Opened {
  readonly catalog: Catalog;
  readonly folder: string;
}

interface Parsed {
  readonly records: readonly unknown[];
  readonly layers: readonly { readonly blob: string }[];
}

const adapters = sourceAdapters({
  registry: { repositories: createRepositoryOpener() },
  s3: createS3Connectors().connect,
});
const opener = createSourceOpener(adapters);

await runBench<Prepared, Opened, { records: number; blobs: number }>({
  name: 'open',
  what: 'open a cache of 100,000 records, to the catalog that answers, nothing kept from before',
  goal: 1 / 3,
  rounds: 9,
  async prepare(folder) {
    const cache = join(folder, 'cache');
    const shape = { records: 100_000, fanIn: 1.6, alternatives: 2, sharing: 0.5, results: 0.8, depth: 40, seed: 1 };
    await writeShapedCache(shapeCache(shape), { folder: cache, ref: 'latest', blobs: 'sparse' });
    const manifest =
      document<{ manifests: { digest: Digest }[] }>(join(cache, 'index.json')).manifests[0]?.digest ?? '';
    const { config } = document<{ config: { digest: Digest } }>(join(cache, blobName(parseDigest(manifest))));
    return { cache, configPath: join(cache, blobName(config.digest)), catalogs: join(folder, 'catalogs') };
  },
  ours: {
    name: 'cachewright',
    async run({ cache, catalogs }, round) {
      const folder = join(catalogs, `${round}`);
      const ports = { opener, catalogs: createDuckdbCatalogStore({ folder }) };
      const source = await opener.open(cache);
      // As for a source that is opened for the first time: nothing can be kept, so no fingerprint is asked for.
      return { catalog: await loadCatalog('bench', source, ports, { force: true }), folder };
    },
    async cleanUp(_prepared, { catalog, folder }) {
      await catalog[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  },
  peer: {
    name: 'JSON.parse and stat',
    run({ cache, configPath }) {
      const config = document<Parsed>(configPath);
      const blobs = new Set(config.layers.map((layer) => layer.blob));
      let found = 0;
      for (const blob of blobs) if (statSync(join(cache, blobName(blob as Digest))).isFile()) found += 1;
      return { records: config.records.length, blobs: found };
    },
  },
  async check({ catalog }, peer, { cache }) {
    strictEqual(catalog.totals.records, peer.records);
    strictEqual(catalog.totals.blobs, peer.blobs);
    strictEqual(catalog.totals.missingBlobs, 0);
    strictEqual((await catalog.keysPage({ ...EVERY_ROW, offset: 99_999, limit: 1 })).total, 100_000);
    strictEqual(readdirSync(join(cache, 'blobs', 'sha256')).length, peer.blobs + 2);
  },
});

function document<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8')) as T;
}

import { deepStrictEqual, strictEqual } from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createMemoryLayerInfoCache } from '../src/main/adapters/memory/layer-info-cache.ts';
import { createRedisLayerInfoCache } from '../src/main/adapters/redis/layer-info-cache.ts';
import type { LayerInfoCache, LayerMeta } from '../src/main/engine/ports/layer-info-cache.ts';
import { hasRedisServer, startRedisServer } from '../src/main/testing/redis-server.ts';
import { runBench } from './harness.ts';

/** Whether the repository holds each layer, and where each lies. */
interface Found {
  readonly held: readonly boolean[];
  readonly metas: readonly (LayerMeta | undefined)[];
}

const REPO = 'team/app';
const COUNT = 5_000;
const digests = Array.from(
  { length: COUNT },
  (_, n) => `sha256:${createHash('sha256').update(`layer ${n}`).digest('hex')}`,
);

if (hasRedisServer()) {
  await using server = await startRedisServer();
  await using redis = createRedisLayerInfoCache({ url: server.url });
  await using memory = createMemoryLayerInfoCache();
  await fill(redis);
  await fill(memory);

  const pipelined = { name: 'Redis, many in one trip', run: () => askTogether(redis) };
  const oneByOne = { name: 'Redis, one by one', run: () => askOneByOne(redis) };
  const what = `look up ${COUNT.toLocaleString('en')} layers of a repository, membership and meta`;
  await runBench({ name: 'layer-info-redis', what, rounds: 9, prepare, ours: pipelined, peer: oneByOne, check });
  const inMemory = { name: 'memory', run: () => askTogether(memory) };
  await runBench({ name: 'layer-info-memory', what, rounds: 9, prepare, ours: inMemory, peer: pipelined, check });
}

function prepare(): Record<string, never> {
  return {};
}

/** Half of the layers are known. */
async function fill(cache: LayerInfoCache): Promise<void> {
  await Promise.all(
    digests.map(async (digest, n) => {
      if (n % 2 === 1) return;
      await cache.add(REPO, digest);
      await cache.setMeta(digest, { path: `layers/${n}`, length: n });
    }),
  );
}

async function askTogether(cache: LayerInfoCache): Promise<Found> {
  const [held, metas] = await Promise.all([cache.containsMany(REPO, digests), cache.metaMany(digests)]);
  return { held, metas };
}

async function askOneByOne(cache: LayerInfoCache): Promise<Found> {
  const held: boolean[] = [];
  const metas: (LayerMeta | undefined)[] = [];
  for (const digest of digests) {
    held.push(await cache.contains(REPO, digest));
    metas.push(await cache.meta(digest).catch(() => undefined));
  }
  return { held, metas };
}

function check(ours: Found, peer: Found): void {
  deepStrictEqual(ours, peer);
  strictEqual(ours.held.filter(Boolean).length, COUNT / 2);
}

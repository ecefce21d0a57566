import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isCacheError } from '../../../../shared/base/errors.ts';
import type { Descriptor } from '../../../../shared/oci/descriptor.ts';
import type { BoltBucket } from '../../bolt/bucket.ts';
import { openBolt } from '../../bolt/open.ts';
import { buildBolt } from '../../bolt/testing/build-bolt.ts';
import { CacheChains } from '../../remotecache/cache-chains.ts';
import { CacheReader } from '../../remotecache/cache-reader.ts';
import { unpackDescriptors } from '../../remotecache/manifest-reader.ts';
import { marshalCacheConfig } from '../../remotecache/marshal.ts';
import { parseCacheConfig, unpackConfig } from '../../remotecache/parse.ts';
import { addConfigTo } from '../../remotecache/parse-chains.ts';
import { sortCacheConfig } from '../../remotecache/sort.ts';
import { createBoltCacheKeyStorage } from '../../solver/bolt-key-storage.ts';
import { runSteps } from '../../streams/steps.ts';
import { FIXTURES, realCaches } from '../real-caches.ts';
import { mutateBolt } from './mutate-bolt.ts';
import { mutateBytes } from './mutate-bytes.ts';
import { mutateJson } from './mutate-json.ts';
import type { Random } from './random.ts';

/** What is mutated. */
export const KINDS = ['config', 'manifest', 'image', 'bolt'] as const;
export type Kind = (typeof KINDS)[number];

/** How a mutant may end; anything else is thrown. A database that is damaged in part counts as refused. */
export type Outcome = 'read' | 'refused';

/** Makes a mutant of a kind and reads it as far as the program would. @throws whatever is no honest refusal */
export async function tryMutant(kind: Kind, random: Random): Promise<Outcome> {
  try {
    return (await TRIALS[kind](random)) === 'damaged' ? 'refused' : 'read';
  } catch (error) {
    if (!isCacheError(error) || error.code === 'INTERNAL') throw error;
    return 'refused';
  }
}

const caches = realCaches(FIXTURES);
const everything = { has: () => true };

const TRIALS: Readonly<Record<Kind, (random: Random) => Promise<unknown>>> = {
  config: (random) => readConfig(document(random, 'config')),
  manifest: async (random) => {
    const cache = random.pick(caches);
    const manifest = document(random, 'manifest', cache.manifest);
    await readManifests(manifest, cache.manifestType, [cache.config]);
  },
  image: async (random) => {
    const image = imageWithCache(random.pick(caches).config);
    const config = random.below(2) === 0 ? image.config : mutated(random, image.config, image.manifest);
    const manifest =
      random.below(2) === 0 ? image.manifest(config) : document(random, 'manifest', image.manifest(config));
    await readManifests(manifest, 'application/vnd.oci.image.manifest.v1+json', [config]);
  },
  bolt: async (random) => readBolt(mutateBolt(random, random.pick(databases()))),
};

/** A mutant of a real document. */
function document(random: Random, kind: 'config' | 'manifest', from = random.pick(caches)[kind]): Uint8Array {
  return mutated(random, from, random.pick(caches)[random.pick(['config', 'manifest'] as const)]);
}

function mutated(random: Random, from: Buffer, other: Buffer | ((config: Uint8Array) => Buffer)): Uint8Array {
  const spliced = typeof other === 'function' ? from : other;
  if (random.below(2) === 0) return mutateBytes(random, from, spliced);
  return Buffer.from(mutateJson(random, from.toString(), spliced.toString()));
}

/** In pieces, since where a piece ends is where a reader has to begin again. */
async function readConfig(bytes: Uint8Array): Promise<void> {
  const pieces = Array.from({ length: Math.ceil(bytes.length / 997) }, (_, i) =>
    bytes.subarray(i * 997, i * 997 + 997),
  );
  const config = await parseCacheConfig(pieces);
  const text = Buffer.concat([...marshalCacheConfig(config)]);
  const again = Buffer.concat([...marshalCacheConfig(await parseCacheConfig([text]))]);
  if (!again.equals(text)) throw new Error('what was written is read as something else');
  const sorted = Buffer.concat([...marshalCacheConfig(sortCacheConfig(config))]);
  if (sorted.length < text.length - config.layerParent.length * 14) throw new Error('sorting lost something');
  const descriptors = Array.from(config.layerBlob, (blob) => layerOf(config.texts[blob] ?? ''));
  const chains = new CacheChains();
  await addConfigTo(chains, config, descriptors, everything);
  chains.marshal();
}

function layerOf(digest: string): Descriptor {
  return { mediaType: 'application/vnd.oci.image.layer.v1.tar', digest, size: 1 };
}

/** As a layout or registry is read, from a descriptor that is right about the mutant. */
async function readManifests(manifest: Uint8Array, mediaType: string, others: readonly Uint8Array[]): Promise<void> {
  const blobs = new Map([manifest, ...others].map((bytes) => [digestOf(bytes), bytes]));
  const reader = new CacheReader(
    (digest) => {
      const bytes = blobs.get(digest) ?? manifest;
      return { size: bytes.length, chunks: () => [bytes] };
    },
    { onProgress: () => {} },
  );
  await reader.readEntry('mutant', { mediaType, digest: digestOf(manifest), size: manifest.length });
  for (const cache of reader.caches) {
    runSteps(unpackDescriptors(cache.descriptors));
    unpackConfig(cache.parsed);
  }
  for (const { code } of reader.problems) if (code === 'INTERNAL') throw new Error('a bug is listed as a problem');
}

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** An image whose config holds the records of a cache. */
function imageWithCache(config: Buffer) {
  const { layers = [], records = [] } = JSON.parse(config.toString()) as { layers?: unknown[]; records?: unknown[] };
  const layer = (n: number) => ({ ...layerOf(`sha256:${n.toString(16).padStart(64, '0')}`) });
  const image = Buffer.from(
    JSON.stringify({
      architecture: 'amd64',
      os: 'linux',
      rootfs: { type: 'layers', diff_ids: layers.map((_, n) => layer(n).digest) },
      history: layers.map(() => ({ created: '2024-01-01T00:00:00Z', created_by: 'RUN x' })),
      'moby.buildkit.cache.v0': Buffer.from(JSON.stringify(records)).toString('base64'),
    }),
  );
  return {
    config: image,
    manifest: (bytes: Uint8Array) =>
      Buffer.from(
        JSON.stringify({
          schemaVersion: 2,
          config: {
            mediaType: 'application/vnd.oci.image.config.v1+json',
            digest: digestOf(bytes),
            size: bytes.length,
          },
          layers: layers.map((_, n) => layer(n)),
        }),
      ),
  };
}

let made: Uint8Array[] | undefined;

/** Databases of a daemon's shape: our own, and real ones where the larger sets are there. */
function databases(): readonly Uint8Array[] {
  made ??= [
    buildBolt(keyTree(3)),
    buildBolt(keyTree(60)),
    ...['tiny/a/cache-debug.db', 'tiny/state/cache.db']
      .map((name) => join(process.env.CACHEWRIGHT_TEST_DATA ?? '/nowhere', name))
      .filter((path) => existsSync(path))
      .map((path) => new Uint8Array(readFileSync(path))),
  ];
  return made;
}

/** A chain of keys as a daemon keeps them, the middle one with many users. */
export function keyTree(keys: number) {
  const id = (n: number) => `key-${String(n).padStart(4, '0')}`;
  const link = (n: number, to: number) => `{"Input":0,"Output":0,"Digest":"${digestOf(Buffer.from([n]))}"}@${id(to)}`;
  const chain = Array.from({ length: keys }, (_, n) => n);
  const tree = (of: (n: number) => Record<string, string>) => Object.fromEntries(chain.map((n) => [id(n), of(n)]));
  return {
    _links: tree((n) => ({
      [link(n, n + 1)]: '',
      ...(n === keys >> 1 ? Object.fromEntries(chain.map((to) => [link(to, to), ''])) : {}),
    })),
    _backlinks: tree((n) => ({ [id(n - 1)]: '' })),
    _result: tree((n) => ({ [`r${n}`]: `{"CreatedAt":"2024-01-01T00:00:00Z","ID":"r${n}"}` })),
    _byresult: Object.fromEntries(chain.map((n) => [`r${n}`, { [id(n)]: '' }])),
    large: 'x'.repeat(keys * 100),
  };
}

/** Every entry of every bucket, and the key graph that lies in it. */
async function readBolt(bytes: Uint8Array): Promise<'damaged' | 'whole'> {
  const readAt = (offset: number, length: number) => {
    if (offset < 0 || length < 0 || offset + length > bytes.length) throw new RangeError('a read outside of the file');
    return bytes.subarray(offset, offset + length);
  };
  const db = openBolt({ name: 'mutant.db', size: bytes.length, readAt });
  const walk = (bucket: BoltBucket): number => {
    let count = 0;
    for (const { key, bucket: inner } of bucket.entries()) {
      count += inner ? walk(inner) : 1;
      bucket.get(key);
    }
    return count;
  };
  walk(db.root);
  const keys = createBoltCacheKeyStorage(db);
  for await (const ids of keys.walk()) {
    await keys.exists((await keys.walkLinksAll(ids)).flat().map(({ target }) => target));
    await keys.walkIDsByResult((await keys.walkResults(ids)).flat().map(({ id }) => id));
    await keys.walkBacklinks(ids);
  }
  return db.damage.length > 0 ? 'damaged' : 'whole';
}
